"""What is told of models of tables beside what is told of every model."""

from typing import Any

from pydantic import Field

from api.schemas import Answer, Numbers, Request, Text


class CandidateChoice(Request):
    candidate: Text = Field(description="Name on the leaderboard of what is to predict")


class LeaderboardEntry(Answer):
    """One candidate of a comparison. Where it could not be fitted, `failure` says why."""

    candidate: str = Field(description="Its name on the leaderboard")
    algorithm: str
    score: float | None = Field(description="By cross-validation; null where it failed")
    score_std: float | None = Field(default=None, description="How far the score varies")
    fit_seconds: float = Field(description="Time that its fits took")
    size_bytes: int | None = Field(default=None, description="Size of the fitted candidate")
    predict_ms: float | None = Field(
        default=None, description="Time that it needs to predict one row, in milliseconds"
    )
    weight: float = Field(default=0.0, description="Its share in the ensemble")
    hyperparameters: Numbers = Field(
        default_factory=dict, description="What it was fitted with, by name"
    )
    failure: str | None = Field(default=None, description="Why it has no score, else null")
    is_available: bool = Field(description="Whether it can be chosen to predict alone")
    is_chosen: bool = Field(description="Whether it is the one that predicts")


class Leaderboard(Answer):
    model_id: str
    metric: str | None = Field(description="What the scores are values of")
    chosen_candidate: str | None = Field(description="The candidate that predicts")
    trained_choice: str | None = Field(description="The candidate that the training chose")
    max_predict_ms: float | None = Field(
        description="The longest time for one row that the training was told, in milliseconds"
    )
    entries: list[LeaderboardEntry] = Field(description="What was compared, the best first")


class Explanation(Answer):
    """Each section may be missing; `left_out` tells why."""

    model_id: str
    ml_task: str
    algorithm: str
    sections: dict[str, Any] = Field(
        description="Importances, dependences, curves and errors, by the name of the section"
    )
    left_out: dict[str, Any] = Field(description="Sections that are missing, and why")


class DataProfile(Answer):
    model_id: str
    target_variable: str | None = Field(description="The column that is predicted")
    rows_trained: int | None = Field(description="Rows that were learned from")
    rows_tested: int | None = Field(description="Rows that were held out for the evaluation")
    data_digest: str | None
    profile: dict[str, Any] = Field(description="The table and each of its columns, as it was read")
    notes: list[str]
