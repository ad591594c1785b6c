"""The statistical methods of the forecasting engine, on any calendar."""

from dataclasses import dataclass
from functools import partial

from pipeline.forecast.statistical.autoregression import fit_autoregression
from pipeline.forecast.statistical.ets import LONGEST_SEASON, fit_ets
from pipeline.forecast.statistical.intermittent import fit_croston_tsb, is_rare
from pipeline.forecast.statistical.long_seasons import Fitted, fit_with_long_seasons
from pipeline.forecast.statistical.mstl import fit_mstl
from pipeline.forecast.statistical.theta import fit_theta
from pipeline.series.calendar import Unit
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


def fit_fading_surprises(past: Past) -> FittedStatistical:
    """Day and week as far as they recur beyond chance, the rest told from its newest values."""
    return FittedStatistical(fit_autoregression(past.filled, seasons_of(past), year_of(past)))


def fit_level_and_line(past: Past) -> FittedStatistical:
    """The dynamic optimised Theta model."""
    seasons, year = seasons_of(past), year_of(past)
    return FittedStatistical(fit_with_long_seasons(fit_theta, past.filled, seasons, year))


def fit_smoothing(past: Past) -> FittedStatistical:
    """Exponential smoothing by likelihood; seasons too long for it are taken out beforehand."""
    smooth = partial(fit_ets, may_take_logs=not past.signed)
    seasons, year = seasons_of(past), year_of(past)
    return FittedStatistical(
        fit_with_long_seasons(smooth, past.filled, seasons, year, LONGEST_SEASON)
    )


def fit_rare_events(past: Past) -> FittedStatistical:
    """How often something happens and how much it is, smoothed apart."""
    return FittedStatistical(fit_croston_tsb(past.filled))


def is_finer_than_a_day(past: Past) -> bool:
    """Whether a day has several periods."""
    return past.calendar.unit is Unit.SECOND


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
