"""The statistical methods of the forecasting engine, on any calendar."""

from dataclasses import dataclass

from pipeline.forecast.statistical.intermittent import fit_croston_tsb, is_rare
from pipeline.forecast.statistical.long_seasons import Fitted
from pipeline.forecast.statistical.mstl import fit_mstl
from pipeline.series.methods.method import Ahead, Array, Past

_MOST_PERIODS_OF_YEAR = 400
_LEAST_PERIODS_OF_YEAR = 50
"""Of fewer periods, a year is an ordinary season; of more, it takes too many rows."""


@dataclass(frozen=True, slots=True)
class FittedStatistical:
    """A fitted method that counts steps."""

    fitted: Fitted

    def predict(self, ahead: Ahead) -> Array:
        return self.fitted.predict(ahead.steps)


def fit_seasons_and_trend(past: Past) -> FittedStatistical:
    """All seasons taken out, the rest smoothed."""
    return FittedStatistical(fit_mstl(past.filled, seasons_of(past), year_of(past)))


def fit_rare_events(past: Past) -> FittedStatistical:
    """How often something happens and how much it is, smoothed apart."""
    return FittedStatistical(fit_croston_tsb(past.filled))


def has_rare_events(past: Past) -> bool:
    """Whether nothing happens in many periods."""
    return not past.signed and is_rare(past.filled)


def has_seasons(past: Past) -> bool:
    """Whether there is any season to take out."""
    return bool(seasons_of(past)) or year_of(past) is not None


def seasons_of(past: Past) -> tuple[int, ...]:
    """The seasons below a year that the past shows twice, if a season shows at all."""
    if past.season == 1:
        return ()
    found = [season for season in past.calendar.seasons if 2 * season <= len(past)]
    year = year_of(past)
    return tuple(season for season in found if year is None or season < round(year))


def year_of(past: Past) -> float | None:
    """The periods of a year that the past shows twice."""
    year = past.calendar.periods_per_year
    in_reach = _LEAST_PERIODS_OF_YEAR <= year <= _MOST_PERIODS_OF_YEAR
    return year if in_reach and len(past) >= 2 * year else None
