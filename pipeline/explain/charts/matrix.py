"""A square of counts, the darker the larger their share of the row."""

from collections.abc import Sequence

from pipeline.explain.charts.axes import short
from pipeline.explain.charts.svg import WIDTH, drawing, element, text

_NAMES = 92.0
_HEAD = 34.0
_LOWEST, _TALLEST = 20.0, 44.0
_DARK = 0.55


def confusion(
    classes: Sequence[str],
    counts: Sequence[Sequence[int]],
    shares: Sequence[Sequence[float | None]],
    *,
    label: str,
) -> str:
    """True classes as rows, predicted ones as columns."""
    width = (WIDTH - _NAMES) / len(classes)
    height = min(_TALLEST, max(_LOWEST, width))
    longest = max(2, int(width / 6))
    marks = [
        text("true ↓  predicted →", 0, 12),
        *(
            text(
                name,
                _NAMES + (place + 0.5) * width,
                _HEAD - 6,
                longest=longest,
                text_anchor="middle",
                class_="strong",
            )
            for place, name in enumerate(classes)
        ),
    ]
    for row, name in enumerate(classes):
        top = _HEAD + row * height
        marks.append(
            text(
                name,
                _NAMES - 6,
                top + height / 2 + 4,
                longest=14,
                text_anchor="end",
                class_="strong",
            )
        )
        for column, count in enumerate(counts[row]):
            marks += _cell(_NAMES + column * width, top, width, height, count, shares[row][column])
    return drawing(_HEAD + len(classes) * height, *marks, label=label)


def _cell(
    x: float, y: float, width: float, height: float, count: int, share: float | None
) -> list[str]:
    shade = share or 0.0
    colour = "on-dark" if shade > _DARK else "strong"
    square = element(
        "rect",
        x=x + 1,
        y=y + 1,
        width=max(width - 2, 1.0),
        height=height - 2,
        rx=2.0,
        fill_opacity=0.06 + 0.94 * shade,
        class_="cell",
    )
    middle = text(
        short(count), x + width / 2, y + height / 2 + 4, text_anchor="middle", class_=colour
    )
    return [square, middle if width >= 24 else ""]
