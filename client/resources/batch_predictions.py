"""Files of any length that a model predicts as a job."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any

from client.addresses import given, training_path
from client.decoding import Record
from client.errors import PredictionFailedError
from client.progress import ProgressMessage
from client.records import AcceptedJob
from client.resources.jobs import JobRequests

_LONG_REQUEST_S = 600.0


@dataclass(frozen=True, kw_only=True)
class BatchPrediction(Record):
    """A job that predicts a file. What is not known yet is None; until `result_kept_until` its
    result can be fetched.
    """

    job_id: str
    model_id: str
    job_name: str | None = None
    status: str = "pending"
    phase: str | None = None
    progress_percentage: float = 0.0
    current_step: str | None = None
    candidate: str | None = None
    keep_columns: bool = False
    file: str | None = None
    rows_predicted: int | None = None
    result_bytes: int | None = None
    result_digest: str | None = None
    result_kept_until: datetime | None = None
    error_message: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    links: Mapping[str, str] = field(default_factory=dict)


class BatchPredictionRequests(JobRequests):
    def start_prediction(
        self,
        model_id: str,
        path: str | PathLike[str] | None = None,
        *,
        file: str | None = None,
        candidate: str | None = None,
        keep_columns: bool = False,
        job_name: str | None = None,
        priority: int | None = None,
        timeout_seconds: int | None = None,
        idempotency_key: str | None = None,
    ) -> AcceptedJob:
        """Sends a Parquet or CSV file whose rows are predicted by a job; or names, with `file`, the
        SHA-256 of one that was sent before.
        """
        options = given(
            {
                "candidate": candidate,
                "keep_columns": keep_columns or None,
                "job_name": job_name,
                "priority": priority,
                "timeout_seconds": timeout_seconds,
            }
        )
        address = training_path("models", model_id, "batch-predictions")
        if path is None:
            body = {**options, "file": file}
            return AcceptedJob.decode(self._connection.create(address, body, key=idempotency_key))
        return self._send(Path(path), address, options, idempotency_key)

    def batch_prediction(self, model_id: str, job_id: str) -> BatchPrediction:
        """How far it is, and what came of it."""
        path = training_path("models", model_id, "batch-predictions", job_id)
        return BatchPrediction.decode(self._connection.get(path))

    def fetch_predictions(self, model_id: str, job_id: str, target: str | PathLike[str]) -> Path:
        """The result of a job that has ended, as a Parquet file."""
        path = training_path("models", model_id, "batch-predictions", job_id, "result")
        return self._connection.download(path, Path(target), timeout_s=_LONG_REQUEST_S)

    def predict_batch(
        self,
        model_id: str,
        path: str | PathLike[str],
        target: str | PathLike[str],
        *,
        candidate: str | None = None,
        keep_columns: bool = False,
        job_name: str | None = None,
        on_progress: Callable[[ProgressMessage], None] | None = None,
    ) -> BatchPrediction:
        """Predicts the rows of a Parquet or CSV file, waits, and writes the result to `target`.

        Raises `PredictionFailedError` if the job fails or is stopped.
        """
        job = self.start_prediction(
            model_id, path, candidate=candidate, keep_columns=keep_columns, job_name=job_name
        )
        for message in self.watch(job.job_id):
            if on_progress is not None:
                on_progress(message)
        found = self.batch_prediction(model_id, job.job_id)
        if found.status != "completed":
            raise PredictionFailedError(found.error_message or f"The job was {found.status}")
        self.fetch_predictions(model_id, job.job_id, target)
        return found

    def _send(
        self, path: Path, address: str, options: Mapping[str, Any], key: str | None
    ) -> AcceptedJob:
        with path.open("rb") as file:
            answer = self._connection.create_from_file(
                address,
                timeout_s=_LONG_REQUEST_S,
                key=key,
                files={"file": (path.name, file, "application/octet-stream")},
                data={name: str(value) for name, value in options.items()},
            )
        return AcceptedJob.decode(answer)
