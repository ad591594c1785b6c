"""Stored forecasts as tables: what is expected, how much suffices, and why."""

from datetime import datetime

from rich.console import Console

from client.forecast_records import Forecast, ForecastDrivers, ForecastQuantiles
from client.layout import table
from client.terminal import NONE, number, plain, share

_TOLD = (0.5, 0.8, 0.9, 0.95)
_NOT_STORED = "Its version did not store that: train it again."


def print_forecast(console: Console, forecast: Forecast, *, days: int) -> None:
    width = forecast.interval_width
    shown = table("day", "expected", "at least", "at most")
    for point in forecast.forecast[:days]:
        shown.add_row(
            _day(point.ds),
            number(point.yhat, 1),
            number(point.yhat_lower, 1),
            number(point.yhat_upper, 1),
        )
    console.print(shown)
    if width is not None:
        console.print(f"“At least” to “at most” is meant to hold on {share(width)} of the days.")


def print_quantiles(console: Console, quantiles: ForecastQuantiles, *, days: int) -> None:
    """How much suffices, at the levels that people decide by."""
    if not quantiles.periods:
        console.print(_NOT_STORED)
        return
    levels = [level for level in _TOLD if level in quantiles.levels]
    places = [quantiles.levels.index(level) for level in levels]
    shown = table("day", *(f"{100 * level:g} % of days" for level in levels))
    for column in shown.columns[1:]:
        column.justify = "right"
    for period in quantiles.periods[:days]:
        shown.add_row(_day(period.ds), *(number(period.values[place], 1) for place in places))
    console.print(shown)
    console.print("So much suffices on that share of the days.")


def print_drivers(console: Console, drivers: ForecastDrivers, *, days: int) -> None:
    """What is expected, and what moves it away from the usual."""
    if not drivers.periods:
        console.print(_NOT_STORED)
        return
    shown = table("day", "expected", "why")
    for period in drivers.periods[:days]:
        why = plain("; ".join(period.effects)) or NONE
        shown.add_row(_day(period.ds), number(period.yhat, 1), why)
    console.print(shown)


def _day(moment: datetime) -> str:
    return f"{moment:%a %Y-%m-%d}"
