"""A document as Markdown, in which no text from outside can become markup, a link or HTML."""

import re
from collections.abc import Iterable

from pipeline.explain.document.blocks import Block, Bullets, Chart, Document, Paragraph, Table
from pipeline.explain.document.words import one_line

_LONGEST_PARAGRAPH = 5_000
_MARKUP = re.compile(r"([\\`*_\[\]|~<&$])")
_AT_START = re.compile(r"^([-+#>=]|\d+(?=[.)](?:\s|$)))")
_ADDRESS = re.compile(r"(?<=:)//|(?<=www)\.|@", re.IGNORECASE)


def to_markdown(document: Document) -> str:
    lines = [f"# {escaped(document.title)}", "", escaped(document.subtitle), ""]
    for section in document.sections:
        lines += [f"## {escaped(section.title)}", ""]
        for block in section.blocks:
            lines += [*_lines(block), ""]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Plain text that every Markdown reader shows as it is, addresses not as links."""
    safe = _MARKUP.sub(r"\\\1", one_line(text, _LONGEST_PARAGRAPH))
    unlinked = _ADDRESS.sub(lambda found: f"&#{ord(found.group()[0])};{found.group()[1:]}", safe)
    return _AT_START.sub(_escape_start, unlinked)


def _escape_start(found: re.Match[str]) -> str:
    mark = found.group()
    return mark + "\\" if mark.isdecimal() else "\\" + mark


def _lines(block: Block) -> list[str]:
    match block:
        case Paragraph(text):
            return [escaped(text)]
        case Bullets(items):
            return [f"- {escaped(item)}" for item in items]
        case Table(headers, rows, first_number):
            rule = ["---" if place < first_number else "---:" for place in range(len(headers))]
            cells = [[escaped(cell) for cell in row] for row in (headers, *rows)]
            return [_row(cells[0]), _row(rule), *(_row(row) for row in cells[1:])]
        case Chart(title, _, summary, data):
            told = f"**{escaped(title)}.** {escaped(summary)}"
            return [told] if data is None else [told, "", *_lines(data)]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
