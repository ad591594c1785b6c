"""The forecasts of time series."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.explain.charts.lines import Band, Line, line_chart
from pipeline.explain.content.wording import algorithm_name, amount, share
from pipeline.explain.document.blocks import Block, Chart, Paragraph, Section, Table
from pipeline.explain.facts import Facts, as_number

_DRAWN = 6
_LISTED = 50
_DATE = 10


def series(facts: Facts) -> Section | None:
    """The coming periods and the figures of each series; None unless it is a forecast."""
    listed: Sequence[Mapping[str, Any]] = facts.section("series") or ()
    drawn: Sequence[Mapping[str, Any]] = facts.section("forecast") or ()
    if facts.ml_task != "time_series" or not (listed or drawn):
        return None
    blocks: list[Block] = [Paragraph(_told(facts, len(listed), len(drawn)))]
    blocks += [chart for one in drawn[:_DRAWN] for chart in _forecast(one)]
    if listed:
        blocks.append(_table(listed))
    return Section("The forecast", tuple(blocks))


def _told(facts: Facts, listed: int, drawn: int) -> str:
    level = share(as_number(facts.section("interval_level")))
    told = (
        f"{facts.section('horizon')} periods ahead ({facts.section('frequency')}); the true amount "
        f"should lie within the band in {level} of the periods."
    )
    if drawn > _DRAWN:
        told += f" The first {_DRAWN} series are drawn."
    return told + (f" The first {_LISTED} are listed." if listed > _LISTED else "")


def _forecast(one: Mapping[str, Any]) -> Iterator[Chart]:
    past, ahead = one["history"], one["forecast"]
    times = [*past["time"], *ahead["time"]]
    start = len(past["time"])
    known = [(at, value) for at, value in enumerate(past["value"]) if value is not None]
    told = [
        (start + at, *values)
        for at, values in enumerate(
            zip(ahead["prediction"], ahead["lower"], ahead["upper"], strict=True)
        )
        if None not in values
    ]
    if not known or not told:
        return
    places, middle, lower, upper = zip(*told, strict=True)
    name = _name(one)
    summary = (
        f"Forecast by {algorithm_name(one.get('algorithm'))}: from {amount(min(middle))} to "
        f"{amount(max(middle))}, until {str(times[-1])[:_DATE]}."
    )
    svg = line_chart(
        [
            Line("so far", [at for at, _ in known], [value for _, value in known]),
            Line("forecast", places, middle, has_dots=len(places) <= 1),
        ],
        label=summary,
        x_title="",
        y_title=name,
        band=Band(places, lower, upper),
        x_labels=[str(time)[:_DATE] for time in times],
    )
    yield Chart(name, svg, summary)


def _name(one: Mapping[str, Any]) -> str:
    groups = one.get("series") or {}
    return ", ".join(f"{column} {value}" for column, value in groups.items()) or "The series"


def _table(listed: Sequence[Mapping[str, Any]]) -> Table:
    rows = tuple(
        (
            _name(one),
            algorithm_name(one.get("algorithm")),
            amount(as_number(one.get("periods")), 9),
            amount(as_number(one.get("mase")), 3),
            share(as_number(one.get("wape"))),
            share(as_number(one.get("coverage"))),
        )
        for one in listed[:_LISTED]
    )
    headers = ("Series", "Method", "Periods", "MASE", "WAPE", "Within the interval")
    return Table(headers, rows, first_number=2)
