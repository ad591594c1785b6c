"""What the service tells of models of tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from client.decoding import Record
from client.records import Numbers


@dataclass(frozen=True, kw_only=True)
class Candidate(Record):
    """One entry of a leaderboard; where it could not be fitted, `failure` says why."""

    candidate: str
    algorithm: str
    score: float | None = None
    score_std: float | None = None
    fit_seconds: float = 0.0
    size_bytes: int | None = None
    predict_ms: float | None = None
    weight: float = 0.0
    hyperparameters: Numbers = field(default_factory=dict)
    failure: str | None = None
    is_available: bool = False
    is_chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class Leaderboard(Record):
    """What was compared; `chosen_candidate` predicts, `trained_choice` did so at first."""

    model_id: str
    metric: str | None = None
    chosen_candidate: str | None = None
    trained_choice: str | None = None
    max_predict_ms: float | None = None
    entries: tuple[Candidate, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Explanation(Record):
    """What a model goes by; `left_out` says why a section is missing."""

    model_id: str
    ml_task: str = ""
    algorithm: str = ""
    sections: Mapping[str, Any] = field(default_factory=dict)
    left_out: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DataProfile(Record):
    """What a model was made from, and what was noticed."""

    model_id: str
    target_variable: str | None = None
    rows_trained: int | None = None
    rows_tested: int | None = None
    data_digest: str | None = None
    profile: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
