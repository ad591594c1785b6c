"""What a caller asks a forecast to be."""

from dataclasses import dataclass
from functools import cache

import holidays

from pipeline.errors import InvalidParameterError
from pipeline.forecast.calendar.occasions import Closure, Event, Holiday, require_few

AUTO = "auto"
ALGORITHMS = (
    "prophet",
    "prophet_covariates",
    "gradient_boosting",
    "poisson",
    "seasonal_mean",
    "seasonal_naive",
    "drift",
    "croston_tsb",
    "shared_profile",
    "prophet_multiplicative",
    "prophet_tuned",
    "pooled",
    "mstl",
    "ets",
    "theta",
    "ces",
    "arima",
    "adida",
    "seasonal_median",
    "autoregression",
)
FAST, BALANCED, BEST = "fast", "balanced", "best"
BUDGETS = (FAST, BALANCED, BEST)
ENGINES = ("exact", "stan")
NEAREST, MEAN = "nearest", "mean"
POINTS = (NEAREST, MEAN)
MAX_HORIZON_DAYS = 730


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastSpec:
    """The settings of one forecast; out-of-range values raise `InvalidParameterError`.

    Parameters
    ----------
    horizon_days
        How far to forecast, in days, whatever the frequency of the rows.
    min_training_days
        Fewer calendar days than this between the first and the last row are refused, and fewer
        than 8 rows in any case.
    interval_width
        Share of future values that the interval should contain, such as 0.95.
    daily_seasonality
        Whether Prophet models the hours of the day; only where rows are finer than a day.
    weekly_seasonality
        Whether Prophet models the days of the week; only where rows are not coarser than a day.
    yearly_seasonality
        Whether Prophet models the year; only from one year of history on.
    changepoint_prior_scale
        How freely Prophet's trend may bend.
    country, subdivision
        Whose public holidays count: an ISO 3166-1 code and, where it has any, a subdivision.
    holidays
        Public holidays from elsewhere, instead of those of the country.
    closures
        Days on which the shop is closed: nothing is learned from past ones, and the forecast of
        coming ones is 0.
    events
        What sells more or less on some days; past ones teach what coming ones of that name do.
    algorithm
        ``"auto"`` or one of `ALGORITHMS`.
    budget
        How much computing a forecast is worth: which candidates are tried and on how many windows.
    engine
        What fits Prophet: ``"exact"`` is our own fit of its model, ``"stan"`` the package itself.
    point
        What a period is told to bring: with ``"nearest"`` and the algorithm ``"auto"`` the median
        of what may be sold where past forecasts were nearer by it, otherwise what is expected on
        average.
    zeros_are_real
        Whether every zero is demand; otherwise those of regularly closed days, and those amid
        lively sales that are next to impossible, count as unknown.
    outliers_are_real
        Whether quantities far from their surroundings are learned from as they are.
    seed
        Makes every random choice repeatable.
    verbose
        Whether the log gets what Prophet and its optimiser report of each fit.
    """

    horizon_days: int = 90
    min_training_days: int = 30
    interval_width: float = 0.95
    daily_seasonality: bool = True
    weekly_seasonality: bool = True
    yearly_seasonality: bool = True
    changepoint_prior_scale: float = 0.05
    country: str = "ES"
    subdivision: str | None = None
    holidays: tuple[Holiday, ...] | None = None
    closures: tuple[Closure, ...] = ()
    events: tuple[Event, ...] = ()
    algorithm: str = AUTO
    budget: str = BALANCED
    engine: str = "exact"
    point: str = NEAREST
    zeros_are_real: bool = False
    outliers_are_real: bool = False
    seed: int = 0
    verbose: bool = False

    def __post_init__(self) -> None:
        _require_between("horizon_days", self.horizon_days, 1, MAX_HORIZON_DAYS)
        _require_between("min_training_days", self.min_training_days, 2, 3650)
        _require_between("interval_width", self.interval_width, 0.5, 0.995)
        _require_between("changepoint_prior_scale", self.changepoint_prior_scale, 0.0001, 10)
        _require_between("seed", self.seed, 0, 2**31 - 1)
        _require_one_of("algorithm", self.algorithm, (AUTO, *ALGORITHMS))
        _require_one_of("budget", self.budget, BUDGETS)
        _require_one_of("engine", self.engine, ENGINES)
        _require_one_of("point", self.point, POINTS)
        require_few("closures", self.closures)
        require_few("events", self.events)
        require_few("holidays", self.holidays or ())
        if self.holidays is None:
            _require_known_place(self.country, self.subdivision)


def _require_between(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise InvalidParameterError(f"{name} is {value!r}; accepted is {low} to {high}")


def _require_one_of(name: str, value: str, accepted: tuple[str, ...]) -> None:
    if value not in accepted:
        raise InvalidParameterError(f"{name} is {value!r}; accepted are {', '.join(accepted)}")


@cache  # the calendar of a country takes half a millisecond to make
def _require_known_place(country: str, subdivision: str | None) -> None:
    try:
        holidays.country_holidays(country, subdiv=subdivision)
    except NotImplementedError as error:
        where = f"country {country!r}" + (f", subdivision {subdivision!r}" if subdivision else "")
        raise InvalidParameterError(
            f"{where} has no known holiday calendar; accepted are ISO 3166-1 country codes such"
            " as 'ES', with a subdivision of that country such as 'CT' or none"
        ) from error
