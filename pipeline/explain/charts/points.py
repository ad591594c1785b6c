"""Points over a plot area."""

from collections.abc import Mapping, Sequence

from pipeline.explain.charts.axes import Axes, spread
from pipeline.explain.charts.legend import legend_of
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


def groups_of_points(groups: Mapping[str, Sequence[tuple[float, float]]], *, label: str) -> str:
    """Points of up to five groups, each in its colour, with a legend."""
    everywhere = [point for points in groups.values() for point in points]
    axes = Axes(spread([x for x, _ in everywhere]), spread([y for _, y in everywhere]))
    dots = [
        element("circle", cx=axes.across(x), cy=axes.up(y), r=2.5, class_=f"dot faint s{place}")
        for place, points in enumerate(groups.values())
        for x, y in points
    ]
    height, legend = legend_of(list(groups), axes.height)
    return drawing(height, axes.grid("", ""), *dots, legend, label=label)
