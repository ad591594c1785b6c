"""Curves over a plot area, with a legend, an area around the first, and a guide."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.explain.charts.axes import Axes, spread
from pipeline.explain.charts.legend import legend_of
from pipeline.explain.charts.svg import drawing, element, path_of

MOST_LINES = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A curve; ``name`` is for the legend. It may mark its points, or have nothing between them."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]
    has_dots: bool = False
    is_connected: bool = True


@dataclass(frozen=True, slots=True)
class Band:
    """The area between two curves."""

    xs: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def line_chart(
    lines: Sequence[Line],
    *,
    label: str,
    x_title: str,
    y_title: str,
    x: tuple[float, float] | None = None,
    y: tuple[float, float] | None = None,
    band: Band | None = None,
    guide: Sequence[tuple[float, float]] = (),
    x_labels: Sequence[str] | None = None,
) -> str:
    """At most five curves in one plot; ``guide`` is a dashed line through its points."""
    shown = lines[:MOST_LINES]
    heights = [*(value for line in shown for value in line.ys)]
    if band is not None:
        heights += [*band.low, *band.high]
    axes = Axes(x or spread([value for line in shown for value in line.xs]), y or spread(heights))
    marks = [axes.grid(x_title, y_title, x_labels=x_labels)]
    if band is not None:
        outline = axes.points(band.xs, band.high) + axes.points(band.xs, band.low)[::-1]
        marks.append(element("polygon", points=path_of(outline), class_="area"))
    if guide:
        points = [(axes.across(at), axes.up(height)) for at, height in guide]
        marks.append(element("polyline", points=path_of(points), class_="guide"))
    for place, line in enumerate(shown):
        marks += _curve(axes, line, place)
    named = [line.name for line in shown if line.name] if len(shown) > 1 else []
    height, legend = legend_of(named, axes.height)
    return drawing(height, *marks, legend, label=label)


def _curve(axes: Axes, line: Line, place: int) -> list[str]:
    points = axes.points(line.xs, line.ys)
    marks = []
    if line.is_connected:
        marks.append(element("polyline", points=path_of(points), class_=f"line s{place}"))
    if line.has_dots:
        marks += [element("circle", cx=x, cy=y, r=3.0, class_=f"dot s{place}") for x, y in points]
    return marks
