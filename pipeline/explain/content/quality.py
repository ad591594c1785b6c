"""How good the model is on rows it had not seen."""

from collections.abc import Mapping
from typing import Any

from pipeline.explain.content.wording import METRICS, figure, metric_name
from pipeline.explain.document.blocks import Block, Paragraph, Section, Table
from pipeline.explain.facts import Facts, as_number

_TESTED = {
    "classification": "test rows that took no part in any decision.",
    "regression": "test rows that took no part in any decision.",
    "clustering": "rows that the compared refits had not seen.",
    "time_series": "of the newest periods, which took no part in any decision.",
}
_NOT_METRICS = frozenset({"algorithm", "total_time_seconds"})


def quality(facts: Facts, charts: tuple[Block, ...]) -> Section:
    """The metrics with their confidence intervals, and drawings."""
    rows = _rows(facts)
    tested = facts.number("validation_data_points")
    explained = f"Measured on {tested:,.0f} {_TESTED.get(facts.ml_task, 'rows')} " if tested else ""
    intervals = (
        "In 95 of 100 such measurements the true figure lies within the interval, as far as the "
        "test rows are a fair sample of those to come."
        if facts.section("metric_intervals")
        else ""
    )
    blocks: list[Block] = []
    if rows:
        blocks.append(_table(rows))
    if explained or intervals:
        blocks.insert(0, Paragraph((explained + intervals).strip()))
    return Section("How good it is", (*blocks, *charts))


def _table(rows: tuple[tuple[str, str, str], ...]) -> Table:
    if any(interval for *_, interval in rows):
        return Table(("Metric", "Value", "95 % interval"), rows)
    return Table(("Metric", "Value"), tuple((name, value) for name, value, _ in rows))


def _rows(facts: Facts) -> tuple[tuple[str, str, str], ...]:
    measured = facts.part("metrics")
    order = [name for name in METRICS if name in measured]
    rest = [name for name in measured if name not in METRICS and name not in _NOT_METRICS]
    intervals = facts.section("metric_intervals") or {}
    return tuple(
        (
            metric_name(name, facts.ml_task),
            figure(name, value, facts.ml_task),
            _interval(name, intervals),
        )
        for name in (*order, *rest)
        if (value := as_number(measured[name])) is not None
    )


def _interval(name: str, intervals: Mapping[str, Any]) -> str:
    found = intervals.get(name) or {}
    low, high = as_number(found.get("low")), as_number(found.get("high"))
    return "" if low is None or high is None else f"{figure(name, low)} to {figure(name, high)}"
