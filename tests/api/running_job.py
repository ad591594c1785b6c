"""A job whose worker is the test: it claims, reports and ends tasks through `db.transitions`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.progress import ProgressMessage, ProgressStream
from db.engine import Sessions
from db.lifecycle.outcomes import ModelOutcome
from db.tables import DEFAULT_TENANT_ID, TrainingTask
from db.transitions import NewTask, Token, admit, claim, create_job, fail, finish, report

ACTION = "Correct the data and train again"


@dataclass(frozen=True)
class RunningJob:
    """An upload with one claimed task. Without a stream nothing is announced."""

    sessions: Sessions
    job_id: UUID
    token: Token
    stream: ProgressStream | None

    @classmethod
    def begin(cls, sessions: Sessions, stream: ProgressStream | None) -> "RunningJob":
        with sessions.begin() as session:
            job = create_job(
                session,
                tenant_id=DEFAULT_TENANT_ID,
                kind="upload",
                tasks=[NewTask(kind="table", product_name="Table")],
                request={"ml_task": "regression"},
                timeout_s=600,
                upload_digest="0" * 64,
            )
        return cls.take(sessions, stream, job.id)

    @classmethod
    def take(cls, sessions: Sessions, stream: ProgressStream | None, job_id: UUID) -> "RunningJob":
        """Be the worker of the job's first task."""
        with sessions.begin() as session:
            admit(session, [job_id])
            task_id = session.scalars(
                select(TrainingTask.id).where(TrainingTask.job_id == job_id)
            ).one()
            claimed = claim(session, task_id, worker="test", lease_s=600)
        assert claimed is not None
        running = cls(sessions, job_id, claimed.token, stream)
        running._announce(claimed.messages)
        return running

    def report(self, count: int, *, logs: Sequence[str] = (), **metrics: Any) -> None:
        """Progress in as many messages."""
        for number in range(count):
            with self.sessions.begin() as session:
                messages = report(
                    session,
                    self.token,
                    phase="training",
                    percentage=45 + 40 * number / count,
                    message=f"Training XGBoost model (iteration {number + 1}/{count})",
                    metrics=metrics,
                    logs=logs,
                )
            self._announce(messages)

    def fail(self, message: str = "Target variable 'y' not found in data") -> None:
        with self.sessions.begin() as session:
            messages = fail(
                session,
                self.token,
                error_type="TargetNotFoundError",
                message=message,
                recommended_action=ACTION,
                retry=False,
            )
        self._announce(messages or [])

    def finish(self, outcome: ModelOutcome | None = None) -> None:
        """With a model of a table, unless told otherwise."""
        outcome = outcome or ModelOutcome(
            ml_task="regression",
            algorithm="xgboost",
            manifest_digest="1" * 64,
            artifacts=[],
            metrics={
                "algorithm": "xgboost",
                "train_accuracy": 0.92,
                "test_accuracy": 0.88,
                "total_time_seconds": 1.5,
            },
            auto_deploy=False,
        )
        with self.sessions.begin() as session:
            messages = finish(session, self.token, outcome)
        self._announce(messages or [])

    def _announce(self, messages: Sequence[ProgressMessage]) -> None:
        if self.stream is not None:
            self.stream.publish(messages)
