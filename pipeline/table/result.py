"""What comes out of a training run on a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sklearn.pipeline import Pipeline

Metrics = Mapping[str, float | int | str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderboardEntry:
    """How one algorithm did in the comparison; ``failure`` says why it has no score."""

    algorithm: str
    score: float | None
    score_std: float | None
    fit_seconds: float
    is_chosen: bool = False
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableResult:
    """A fitted model with everything that is known about it.

    ``model`` works on the matrix that ``preprocessing`` makes of ``features``; it predicts
    positions in ``classes``, or amounts where ``classes`` is ``None``. The scores of
    ``leaderboard`` are values of ``selection_metric`` by cross-validation on training rows. All
    ``metrics`` but those that begin with ``train_`` are measured on rows that took no part in any
    decision. ``profile`` and ``hyperparameters`` can be written as JSON.
    """

    algorithm: str
    ml_task: str
    target_variable: str
    metrics: Metrics
    selection_metric: str
    leaderboard: tuple[LeaderboardEntry, ...]
    preprocessing: Pipeline
    model: Any
    features: tuple[str, ...]
    classes: tuple[str, ...] | None
    profile: Mapping[str, Any]
    hyperparameters: Mapping[str, Any]
    notes: tuple[str, ...]
    training_data_points: int
    validation_data_points: int
    data_digest: str
    library_versions: Mapping[str, str]
