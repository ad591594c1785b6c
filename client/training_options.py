"""What a training may be told; what is left out, the tenant's defaults and the settings decide."""

from typing import Literal, TypedDict


class TrainingOptions(TypedDict, total=False):
    """How products are trained."""

    algorithm: str | None
    budget: Literal["fast", "balanced", "best"] | None
    engine: Literal["exact", "stan"] | None
    point: Literal["nearest", "mean"] | None
    horizon_days: int | None
    min_training_days: int | None
    zeros_are_real: bool | None
    outliers_are_real: bool | None
    prophet_daily_seasonality: bool | None
    prophet_weekly_seasonality: bool | None
    prophet_yearly_seasonality: bool | None
    prophet_interval_width: float | None
    prophet_changepoint_prior_scale: float | None
    prophet_verbose: bool | None


class StartOptions(TrainingOptions, total=False):
    """What a job may be told beside that. `force` trains unchanged products, too."""

    job_name: str | None
    priority: int | None
    force: bool | None
    timeout_seconds: int | None
