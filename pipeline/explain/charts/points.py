"""Points over a plot area."""

from collections.abc import Sequence

from pipeline.explain.charts.axes import Axes, spread
from pipeline.explain.charts.svg import drawing, element, path_of


def actual_over_predicted(
    actual: Sequence[float], predicted: Sequence[float], *, label: str
) -> str:
    """A point for each row; on the dashed line the two are the same."""
    bounds = spread([*actual, *predicted])
    axes = Axes(bounds, bounds)
    line = [(axes.across(end), axes.up(end)) for end in bounds]
    dots = [
        element("circle", cx=x, cy=y, r=2.5, class_="dot faint")
        for x, y in axes.points(predicted, actual)
    ]
    return drawing(
        axes.height,
        axes.grid("predicted", "actual"),
        element("polyline", points=path_of(line), class_="guide"),
        *dots,
        label=label,
    )
