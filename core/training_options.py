"""How products are trained, as far as a caller may say: one model for the request of a job, the
defaults of a tenant, and schedules.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

ForecastAlgorithm = Literal[
    "auto",
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
]
ForecastBudget = Literal["fast", "balanced", "best"]
ForecastEngine = Literal["exact", "stan"]
ForecastPoint = Literal["nearest", "mean"]
"""What the pipeline, which no module of the API may import, accepts; a test holds them together."""

LONGEST_TIMEOUT_S = 7 * 24 * 3600
"""Of any training that is asked for."""


class TrainingOptions(BaseModel):
    """What is left out, the next in line decides: the request, then the tenant, then the settings
    of the same names. The bounds are those of the settings; a test holds them together.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, protected_namespaces=())

    algorithm: ForecastAlgorithm | None = Field(
        default=None,
        description="`auto` chooses by backtest; or the name of one algorithm. Left out: `auto`",
    )
    budget: ForecastBudget | None = Field(
        default=None,
        description="How much computing a product is worth: `fast` tries the quickest methods,"
        " `balanced` those that pay, `best` all of them",
    )
    engine: ForecastEngine | None = Field(
        default=None,
        description="What fits the methods of the Prophet family: `exact`, which finds the same"
        " model in milliseconds, or `stan`, the `prophet` package itself. Left out: `exact`",
    )
    point: ForecastPoint | None = Field(
        default=None,
        description="What a day is told to bring: `nearest` the median of what may be sold where"
        " past forecasts were nearer by it, as of rare sales, `mean` always what is expected on"
        " average. Left out: `nearest`",
    )
    horizon_days: int | None = Field(
        default=None, ge=1, le=730, description="Days that the stored forecast reaches ahead"
    )
    min_training_days: int | None = Field(
        default=None, ge=2, le=3650, description="Days of sales that a product needs to be trained"
    )
    zeros_are_real: bool | None = Field(
        default=None,
        description="Every day without a sale is a day without demand; otherwise closed weekdays,"
        " and zeros amid lively sales that are next to impossible, count as unknown",
    )
    outliers_are_real: bool | None = Field(
        default=None,
        description="Unusual quantities are learned from as they are, instead of tamed",
    )
    prophet_daily_seasonality: bool | None = Field(
        default=None, description="Patterns within a day, where sales are finer than a day"
    )
    prophet_weekly_seasonality: bool | None = Field(
        default=None, description="Patterns within a week"
    )
    prophet_yearly_seasonality: bool | None = Field(
        default=None, description="Patterns within a year"
    )
    prophet_interval_width: float | None = Field(
        default=None,
        ge=0.5,
        le=0.995,
        description="Share of days that a forecast interval should hold",
    )
    prophet_changepoint_prior_scale: float | None = Field(
        default=None, ge=0.0001, le=10, description="How readily the trend bends"
    )
    prophet_verbose: bool | None = Field(
        default=None, description="Log what Prophet and its optimiser report of each fit"
    )

    def stated(self) -> dict[str, object]:
        """Only what was said."""
        return self.model_dump(include=set(TrainingOptions.model_fields), exclude_none=True)
