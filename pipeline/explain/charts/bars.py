"""Bars that lie, with names at their left, and bars that stand side by side."""

from collections.abc import Sequence

from pipeline.explain.charts.axes import Axes, short
from pipeline.explain.charts.svg import WIDTH, drawing, element, text

_ROW = 22.0
_NAME_WIDTH = 128.0
_VALUE_WIDTH = 52.0


def lying_bars(
    names: Sequence[str],
    values: Sequence[float],
    *,
    label: str,
    deviations: Sequence[float] | None = None,
) -> str:
    """A bar for each value, those below zero as nothing; ``deviations`` are drawn as whiskers."""
    spans = deviations or [0.0] * len(values)
    most = max((value + span for value, span in zip(values, spans, strict=True)), default=0.0)
    room = WIDTH - _NAME_WIDTH - _VALUE_WIDTH
    unit = room / most if most > 0 else 0.0
    rows = []
    for place, (name, value, span) in enumerate(zip(names, values, spans, strict=True)):
        middle = place * _ROW + _ROW / 2
        end = _NAME_WIDTH + max(value, 0.0) * unit
        rows += [
            text(name, _NAME_WIDTH - 6, middle + 4, longest=19, text_anchor="end", class_="strong"),
            element(
                "rect",
                x=_NAME_WIDTH,
                y=middle - 7,
                width=max(end - _NAME_WIDTH, 0.5),
                height=14.0,
                rx=2.0,
                class_="bar",
            ),
            _whisker(end, span * unit, middle) if span else "",
            text(short(value), end + span * unit + 5, middle + 4),
        ]
    return drawing(max(len(names), 1) * _ROW, *rows, label=label)


def histogram(edges: Sequence[float], counts: Sequence[float], *, label: str, x_title: str) -> str:
    """Standing bars between the edges."""
    axes = Axes((edges[0], edges[-1]), (0.0, max(max(counts, default=0), 1)))
    bars = [
        element(
            "rect",
            x=axes.across(left) + 0.5,
            y=axes.up(count),
            width=max(axes.across(right) - axes.across(left) - 1, 0.5),
            height=axes.bottom - axes.up(count),
            class_="bar",
        )
        for left, right, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    return drawing(axes.height, axes.grid(x_title, "rows"), *bars, label=label)


def _whisker(end: float, reach: float, middle: float) -> str:
    return element("line", x1=end - reach, x2=end + reach, y1=middle, y2=middle, class_="whisker")
