"""A document as one HTML file that asks for nothing else and runs nothing."""

from html import escape
from itertools import groupby

from pipeline.explain.document.blocks import Block, Bullets, Chart, Document, Paragraph, Table
from pipeline.explain.document.style import STYLE
from pipeline.explain.document.words import one_line

_LONGEST_PARAGRAPH = 5_000
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def to_html(document: Document) -> str:
    title = _text(document.title)
    sections = "\n".join(
        f"<section>\n<h2>{_text(section.title)}</h2>\n{_blocks(section.blocks)}\n</section>"
        for section in document.sections
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<header>
<h1>{title}</h1>
<p>{_text(document.subtitle)}</p>
</header>
{sections}
</main>
</body>
</html>
"""


def _text(text: str) -> str:
    return escape(one_line(text, _LONGEST_PARAGRAPH))


def _blocks(blocks: tuple[Block, ...]) -> str:
    """Neighbouring drawings stand side by side where there is room."""
    parts: list[str] = []
    for is_drawing, group in groupby(blocks, key=lambda block: isinstance(block, Chart)):
        made = "\n".join(_block(block) for block in group)
        parts.append(f'<div class="charts">\n{made}\n</div>' if is_drawing else made)
    return "\n".join(parts)


def _block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return f"<p>{_text(text)}</p>"
        case Bullets(items):
            return f"<ul>{''.join(f'<li>{_text(item)}</li>' for item in items)}</ul>"
        case Table():
            return _table(block)
        case Chart():
            return _figure(block)


def _figure(chart: Chart) -> str:
    caption = f"<figcaption><b>{_text(chart.title)}</b> {_text(chart.summary)}</figcaption>"
    numbers = (
        f"<details><summary>In numbers</summary>{_table(chart.data)}</details>"
        if chart.data
        else ""
    )
    return f"<figure>{caption}{chart.svg}{numbers}</figure>"


def _table(table: Table) -> str:
    head = _cells("th", table.headers, table.first_number)
    body = "\n".join(f"<tr>{_cells('td', row, table.first_number)}</tr>" for row in table.rows)
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="Table">\n'
        f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>\n</div>"
    )


def _cells(kind: str, cells: tuple[str, ...], first_number: int) -> str:
    return "".join(
        f"<{kind}{' class=number' if place >= first_number else ''}>{_text(cell)}</{kind}>"
        for place, cell in enumerate(cells)
    )
