"""Names beside the colours of what is drawn."""

from collections.abc import Sequence

from pipeline.explain.charts.svg import element, text

_ROW = 16.0
_LEFT = 48.0


def legend_of(names: Sequence[str], top: float) -> tuple[float, str]:
    """A row for each name below ``top``; where they end, and their markup."""
    rows = [_row(name, place, top + place * _ROW + 8) for place, name in enumerate(names)]
    return top + len(rows) * _ROW, "".join(rows)


def _row(name: str, place: int, y: float) -> str:
    mark = element("rect", x=_LEFT, y=y - 4, width=14.0, height=4.0, class_=f"bar s{place}")
    return mark + text(name, _LEFT + 20, y + 2, class_="strong")
