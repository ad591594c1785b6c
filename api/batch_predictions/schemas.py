"""What the prediction of a file may be told, and what is told of it."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.jobs.schemas import AcceptedJob, Links, Status
from api.schemas import Answer, Request, Text
from core.training_options import LONGEST_TIMEOUT_S


class PredictionOptions(Request):
    candidate: Text | None = Field(
        default=None,
        description="A candidate of the leaderboard; left out, the one that was chosen",
    )
    keep_columns: bool = Field(
        default=False, description="Whether the result repeats the columns of the file"
    )
    job_name: Text | None = Field(default=None, description="A name to recognise the job by")
    priority: int = Field(default=0, ge=0, le=9, description="Higher ones are worked on first")
    timeout_seconds: int | None = Field(
        default=None, ge=1, le=LONGEST_TIMEOUT_S, description="Deadline of the job"
    )


class PredictionForm(PredictionOptions):
    """The fields beside `file`."""


class StoredFileRequest(PredictionOptions):
    file: str = Field(
        pattern="^[0-9a-f]{64}$",
        description="SHA-256 of a Parquet or CSV file that was sent before, for any job",
    )


class PredictionLinks(Links):
    prediction: str = Field(description="Address of what became of it")
    result: str = Field(description="Address of the Parquet file with the predictions")


class AcceptedPrediction(AcceptedJob):
    """A job that will reach a terminal state, whoever watches."""

    links: PredictionLinks


class BatchPrediction(Answer):
    """A job that predicts a file. What is not known yet is null."""

    job_id: UUID
    model_id: str
    job_name: str | None
    status: Status
    phase: str | None
    progress_percentage: float
    current_step: str | None
    candidate: str | None = Field(
        description="The candidate that predicts; null for the one that the training chose"
    )
    keep_columns: bool = Field(description="Whether the result repeats the columns of the file")
    file: str = Field(description="SHA-256 of the file that is predicted")
    rows_predicted: int | None = Field(description="Rows of the result")
    result_bytes: int | None = Field(description="Size of the result")
    result_digest: str | None = Field(
        description="SHA-256 of the result; null before there is one, and when it is kept no more"
    )
    result_kept_until: datetime | None = Field(description="From then on the result is gone")
    error_message: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    links: PredictionLinks
