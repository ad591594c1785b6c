"""What a model tells about its data and methods, in the words of those who keep a shop's books."""

from collections.abc import Mapping, Sequence

import pandas as pd

from pipeline.forecast.calendar.frequency import Frequency, Unit

METHODS = {
    "prophet": "Prophet",
    "prophet_covariates": "Prophet with prices, promotions and other known facts",
    "prophet_multiplicative": "Prophet with seasons that grow with the sales",
    "prophet_tuned": "Prophet with its flexibility learned from the sales",
    "pooled": "the trees that learn from all products",
    "gradient_boosting": "the boosted trees",
    "poisson": "the counting model",
    "mstl": "the sum of trend and seasons",
    "autoregression": "day and week with fading surprises",
    "ets": "exponential smoothing",
    "theta": "the Theta method",
    "ces": "complex exponential smoothing",
    "arima": "ARIMA",
    "adida": "the model for rare sales, over longer periods",
    "shared_profile": "the pattern of similar products",
    "seasonal_mean": "the average of the season",
    "seasonal_median": "what is usual in the season",
    "croston_tsb": "the model for rare sales",
    "drift": "the straight trend",
    "seasonal_naive": "the last season repeated",
    "ensemble": "the average of the best methods",
}
_UNITS = {Unit.HOUR: "hour", Unit.DAY: "day", Unit.WEEK: "week", Unit.MONTH: "month"}


def periods(number: int, frequency: Frequency) -> str:
    """Such as ``1 day`` or ``12 weeks``."""
    unit = _UNITS[frequency.unit] if frequency.step == 1 else f"period of {frequency.step} hours"
    head, _, tail = unit.partition(" ")
    plural = head if number == 1 else f"{head}s"
    return f"{number:,} {plural} {tail}".rstrip()


def moment(at: pd.Timestamp, frequency: Frequency) -> str:
    """Such as ``2026-01-31``, of hourly rows with the time of the day."""
    return str(at)[:16] if frequency.unit is Unit.HOUR else str(at.date())


def data_notes(
    *,
    rows: int,
    absent: int,
    unknown: int,
    closed: int = 0,
    constant: Sequence[str],
    without_future: Sequence[str],
    frequency: Frequency,
) -> tuple[str, ...]:
    """What the history lacks, and which columns are therefore of no use.

    Parameters
    ----------
    rows, absent, unknown, closed
        Periods of the history, those without a row, those without a quantity, and those on which
        the shop was closed.
    constant, without_future
        Columns that never change, and columns that do not reach to the end of the forecast.
    """
    notes = []
    if absent:
        notes.append(
            f"Nothing was recorded for {absent:,} of {periods(rows, frequency)}; they count as"
            " times without a sale."
        )
    if unknown:
        notes.append(
            f"{periods(unknown, frequency)} came without a quantity: what was sold is not known, so"
            " nothing is learned from there and the forecast is not judged by it."
        )
    if closed:
        notes.append(
            f"The shop was closed for {periods(closed, frequency)}: nothing is learned from there"
            " and the forecast is not judged by it."
        )
    if constant:
        notes.append(f"Not used, because it never changes: {', '.join(constant)}.")
    if without_future:
        notes.append(
            f"Not used, because the file does not say how it goes on during the forecast:"
            f" {', '.join(without_future)}."
        )
    return tuple(notes)


def surroundings_notes(offered: Sequence[str], used: Sequence[str]) -> tuple[str, ...]:
    """Which columns from outside made past forecasts better, and which did not."""
    unused = [name for name in offered if name not in used]
    notes = []
    if used:
        notes.append(
            f"Used, because past forecasts were better with it: {_listed(used)}. Beyond the days"
            " that are forecast, what is usual at that time of the year stands in for it."
        )
    if unused:
        notes.append(f"Not used, because past forecasts were no better with it: {_listed(unused)}.")
    return tuple(notes)


def observation_notes(offered: Sequence[str], used: Sequence[str]) -> tuple[str, ...]:
    """Which columns of which only the past is known made past forecasts better."""
    looked_at = [name for name in offered if name in used]
    unused = [name for name in offered if name not in used]
    notes = []
    if looked_at:
        notes.append(
            f"Used as far as it is known before the forecast begins, because past forecasts were"
            f" better with it: {', '.join(looked_at)}."
        )
    if unused:
        notes.append(
            f"Not used, because the file does not say how it goes on during the forecast, and what"
            f" it was before was not found to help: {', '.join(unused)}."
        )
    return tuple(notes)


def failure_notes(failures: Mapping[str, str]) -> tuple[str, ...]:
    """Which methods were tried in vain, and what each of them said."""
    return tuple(
        f"{_sentence(METHODS[name])} could not learn from these sales and was left out ({why})."
        for name, why in failures.items()
    )


def replacement_note(intended: str, chosen: str, why: str) -> str:
    """Why another method stands in for the one that was wanted."""
    return (
        f"{_sentence(METHODS[intended])} could not be used ({why});"
        f" {METHODS[chosen]} takes its place."
    )


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in columns)


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]
