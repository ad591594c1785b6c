"""What a structural model is made of: trend, seasonalities, holidays and regressors.

The defaults are those of Prophet; see Taylor and Letham (2018), "Forecasting at Scale", The
American Statistician 72(1).
"""

from dataclasses import dataclass, field
from typing import Literal

from pipeline.forecast.structural.holidays import Holidays

Growth = Literal["linear", "flat"]
Way = Literal["additive", "multiplicative"]

PRIOR_SCALE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seasonality:
    """A pattern that repeats every ``period`` days, as ``order`` waves."""

    name: str
    period: float
    order: int
    prior_scale: float = PRIOR_SCALE
    way: Way = "additive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Regressor:
    """A known quantity; ``standardize`` as in Prophet: by default unless it is 0 or 1."""

    name: str
    prior_scale: float = PRIOR_SCALE
    standardize: bool | Literal["auto"] = "auto"
    way: Way = "additive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """The terms of a model and how freely they may vary.

    Attributes
    ----------
    growth
        Whether the trend may rise and fall.
    changepoints
        How many changes of its rate are possible; fewer where there are few rows.
    changepoint_range
        The share of the rows, from the first one on, in which they lie.
    changepoint_scale
        Scale of the Laplace prior of the changes.
    """

    growth: Growth = "linear"
    changepoints: int = 25
    changepoint_range: float = 0.8
    changepoint_scale: float = 0.05
    seasonalities: tuple[Seasonality, ...] = ()
    holidays: Holidays = field(default_factory=Holidays.none)
    holidays_way: Way = "additive"
    regressors: tuple[Regressor, ...] = ()
