"""What the service tells of single models."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from client.decoding import Record
from client.records import Model, Numbers

Side = Literal["a", "b"]


@dataclass(frozen=True, kw_only=True)
class Artifact(Record):
    artifact_type: str
    file_path: str
    file_size_bytes: int = 0
    checksum: str = ""


@dataclass(frozen=True, kw_only=True)
class Deployment(Record):
    """A change of what is deployed, or (`refused`) why there was none."""

    id: int
    kind: str
    model_id: str | None = None
    model_version: str | None = None
    previous_model_id: str | None = None
    previous_model_version: str | None = None
    reason: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    actor: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ModelVersion(Record):
    model_id: str
    model_version: str
    algorithm: str
    is_deployed: bool = False
    is_pinned: bool = False
    degraded_reason: str | None = None
    created_at: datetime | None = None
    accuracy: float | None = None
    mase: float | None = None
    wape: float | None = None


@dataclass(frozen=True, kw_only=True)
class ModelDetail(Model):
    """`versions` are all kept models of the product, newest first; `gate` is how this one fared
    against the model that was deployed; a rollback would deploy `previous_champion`.
    """

    model_path: str | None = None
    hyperparameters: Numbers = field(default_factory=dict)
    features: tuple[Any, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    validation_data_points: int | None = None
    interval_width: float | None = None
    frequency: str | None = None
    horizon_days: int | None = None
    data_digest: str | None = None
    manifest_digest: str | None = None
    artifacts: tuple[Artifact, ...] = ()
    versions: tuple[ModelVersion, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    gate: Deployment | None = None
    previous_champion: str | None = None
    training_job: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class DeletedModel(Record):
    """`previous_champion` can be deployed in place of a deployed model that was deleted."""

    model_id: str
    was_deployed: bool = False
    previous_champion: str | None = None
    bytes_reclaimed: int = 0
    bytes_later: int = 0


@dataclass(frozen=True, kw_only=True)
class MetricPair(Record):
    """`difference` is b minus a; `better` is None where they are equal or nobody can tell."""

    name: str
    a: float | None = None
    b: float | None = None
    difference: float | None = None
    better: Side | None = None


@dataclass(frozen=True, kw_only=True)
class ForecastPair(Record):
    ds: datetime
    a: float
    b: float
    difference: float


@dataclass(frozen=True, kw_only=True)
class Comparison(Record):
    """Two models side by side; of the hyperparameters only what differs."""

    a: Model
    b: Model
    better: Side | None = None
    verdict: str = ""
    metrics: tuple[MetricPair, ...] = ()
    hyperparameters: tuple[Mapping[str, Any], ...] = ()
    features: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    forecasts: tuple[ForecastPair, ...] = ()
    gate: Deployment | None = None
