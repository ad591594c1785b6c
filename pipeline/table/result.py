"""What comes out of a training run on a table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

Metrics = Mapping[str, float | int | str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderboardEntry:
    """How one candidate did in the comparison; ``failure`` says why it has no score.

    Attributes
    ----------
    algorithm
        The name of its family.
    candidate
        A name of its own within the leaderboard, such as ``"xgboost_2"``.
    score, score_std
        Values of the selection metric by cross-validation on training rows, and their spread.
    size_bytes, predict_ms
        Of the fitted model and of the prediction of one row, where they were measured.
    weight
        Its share in the final model.
    is_available
        Whether the final model holds it, so that predictions can be asked of it alone.
    """

    algorithm: str
    score: float | None
    score_std: float | None
    fit_seconds: float
    candidate: str = ""
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    size_bytes: int | None = None
    predict_ms: float | None = None
    weight: float = 0.0
    is_available: bool = False
    is_chosen: bool = False
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableResult:
    """A fitted model with everything that is known about it.

    ``model`` works on what ``preprocessing`` makes of the columns ``features``. The scores of
    ``leaderboard`` are values of ``selection_metric`` by cross-validation on training rows. All
    ``metrics`` but those that begin with ``train_`` are measured on rows that took no part in any
    decision. ``profile``, ``hyperparameters`` and ``explanation`` can be written as JSON;
    ``background`` holds a few training rows, by which single predictions are explained.
    """

    algorithm: str
    ml_task: str
    target_variable: str | None
    metrics: Metrics
    selection_metric: str
    leaderboard: tuple[LeaderboardEntry, ...]
    preprocessing: Any
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
    explanation: Mapping[str, Any] = field(default_factory=dict)
    background: pd.DataFrame | None = None
