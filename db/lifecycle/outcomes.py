"""What a worker hands over when a task ends well. `db.transitions.finish` writes all of it in one
transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

MlTask = Literal["forecast", "classification", "regression", "clustering", "time_series"]
MetricValue = float | int | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactFile:
    """A file in the artifact store. `name` is its name in the bundle, such as model.pkl."""

    name: str
    artifact_type: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    message: str
    level: str = "INFO"
    step_name: str | None = None
    execution_time_ms: int | None = None
    details: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """`ds` is the shop's wall clock, without a time zone."""

    ds: datetime
    yhat: float
    yhat_lower: float | None
    yhat_upper: float | None


@dataclass(frozen=True, slots=True)
class Quantiles:
    """A row per period, a value per level: so much suffices in that share of all cases."""

    levels: Sequence[float]
    values: Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Drivers:
    """A row per period, a value per part; the parts add up to what is expected. `effects` are the
    strongest of them in words.
    """

    parts: Sequence[str]
    values: Sequence[Sequence[float]]
    effects: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class PastErrors:
    """What was sold less what had been expected on average, of the periods of the backtest;
    `moments` are the shop's wall clock in ISO 8601. Where a forecast tells medians, `untold`
    is how much more each of its periods brings on average; otherwise it is empty.
    """

    moments: Sequence[str]
    values: Sequence[float]
    untold: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class ForecastDetails:
    quantiles: Quantiles
    drivers: Drivers
    errors: PastErrors


@dataclass(frozen=True, slots=True, kw_only=True)
class ChampionComparison:
    """The new model beside the one that was deployed when its training began.

    `champion_id` and `configuration` say which that was. `difference` is how much higher the new
    one's error is on the same windows, as a share of the champion's, and `margin` how much of that
    counts as equal or as chance. `not_scored` says why the champion has no error. `evidence` is all
    of the numbers.
    """

    champion_id: UUID
    configuration: Mapping[str, Any]
    is_worse: bool
    difference: float | None = None
    margin: float | None = None
    not_scored: str | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOutcome:
    """A trained model with everything that is recorded about it.

    `metrics` has the pipeline's own names. Those with a column of their own (mae, rmse, r2_score,
    mape, accuracy, wape, smape, mase, coverage) go there; the rest is kept beside them under its
    name. `warnings` say what the training had to do without.
    """

    ml_task: MlTask
    algorithm: str
    manifest_digest: str
    artifacts: Sequence[ArtifactFile]
    metrics: Mapping[str, MetricValue]
    baseline: Mapping[str, MetricValue] | None = None
    name: str | None = None
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    features: Sequence[str] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    data_digest: str | None = None
    training_digest: str | None = None
    training_seconds: float = 0.0
    training_data_points: int | None = None
    validation_data_points: int | None = None
    frequency: str | None = None
    interval_width: float | None = None
    horizon_days: int | None = None
    degraded_reason: str | None = None
    forecast: Sequence[ForecastRow] = ()
    forecast_details: ForecastDetails | None = None
    logs: Sequence[LogLine] = ()
    warnings: Sequence[str] = ()
    auto_deploy: bool = True
    comparison: ChampionComparison | None = None
    message: str = "Model training completed successfully"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedOutcome:
    """What the products of a job share; their tasks find it by the manifest's digest."""

    manifest_digest: str
    artifacts: Sequence[ArtifactFile]
    logs: Sequence[LogLine] = ()
    message: str = "Shared profile of all products is ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedOutcome:
    """There was nothing to train: the model that is kept is made of the same."""

    kept_model_id: UUID
    kept_public_id: str
    reason: str
    logs: Sequence[LogLine] = ()
    warnings: Sequence[str] = ()

    @property
    def message(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionOutcome:
    """The predictions of a file: where they are stored, and how many."""

    digest: str
    size: int
    rows: int
    logs: Sequence[LogLine] = ()

    @property
    def message(self) -> str:
        return f"{self.rows:,} {'row is' if self.rows == 1 else 'rows are'} predicted"


Outcome = ModelOutcome | SharedOutcome | SkippedOutcome | PredictionOutcome
"""Every way in which a task ends well."""
