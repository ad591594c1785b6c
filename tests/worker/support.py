"""A small shop in the database, its jobs, and pieces of work that tests hand to the story."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from db.engine import Sessions
from db.jobs import progress, workers
from db.lifecycle.dispatch import Dispatch, take
from db.lifecycle.outcomes import ModelOutcome
from db.tables import (
    DEFAULT_TENANT_ID,
    Product,
    Sale,
    TrainedModel,
    TrainingJob,
    TrainingTask,
)
from db.transitions import Claim, NewTask, claim, create_job
from pipeline.progress import Progress, ProgressCallback
from worker.artifacts import artifact_files, store_files
from worker.context import Context

SIGNING_KEY = "a key only for these tests"
FIRST_DAY = datetime(2025, 1, 1)  # noqa: DTZ001 - sales carry the wall clock of the shop


@dataclass(frozen=True)
class Shop:
    sessions: Sessions

    def product(self, sku: str, days: int = 0) -> UUID:
        """A product that sold a weekly pattern on so many days."""
        with self.sessions.begin() as session:
            product = Product(tenant_id=DEFAULT_TENANT_ID, sku=sku, name=sku.title())
            session.add(product)
            session.flush()
            if days:
                session.execute(insert(Sale), [_sale(product.id, day) for day in range(days)])
            return product.id

    def job(
        self, *product_ids: UUID, timeout_s: float = 600, shared: bool = False, **request: Any
    ) -> UUID:
        tasks = [NewTask(kind="shared")] if shared else []
        tasks += [
            NewTask(kind="product", product_id=product_id, product_name="Bread")
            for product_id in product_ids
        ]
        with self.sessions.begin() as session:
            job = create_job(
                session,
                tenant_id=DEFAULT_TENANT_ID,
                kind="products",
                tasks=tasks,
                request=request,
                timeout_s=timeout_s,
            )
            return job.id

    def upload(self, digest: str, **request: Any) -> UUID:
        with self.sessions.begin() as session:
            job = create_job(
                session,
                tenant_id=DEFAULT_TENANT_ID,
                kind="upload",
                tasks=[NewTask(kind="table")],
                request=request,
                timeout_s=600,
                upload_digest=digest,
            )
            return job.id

    def slots(self, count: int) -> None:
        with self.sessions.begin() as session:
            workers.heartbeat(session, "test", slots=count)

    def hand_out(self, count: int = 1) -> list[Dispatch]:
        """The next tasks, as the dispatcher takes them."""
        with self.sessions.begin() as session:
            workers.heartbeat(session, "more", slots=count)
            tasks = take(session, max_concurrent_jobs=3)
            workers.leave(session, "more")
            return tasks

    def next_task(self) -> UUID:
        return self.hand_out()[0].task_id

    def claimed(self, lease_s: float = 20) -> Claim:
        """The next task, claimed as a worker claims it."""
        task_id = self.next_task()
        with self.sessions.begin() as session:
            claimed = claim(session, task_id, worker="test", lease_s=lease_s)
        assert claimed is not None
        return claimed

    def show_job(self, job_id: UUID) -> TrainingJob:
        with self.sessions() as session:
            job = session.get(TrainingJob, job_id)
        assert job is not None
        return job

    def show_task(self, task_id: UUID) -> TrainingTask:
        with self.sessions() as session:
            task = session.get(TrainingTask, task_id)
        assert task is not None
        return task

    def task_ids(self, job_id: UUID) -> list[UUID]:
        tasks = select(TrainingTask.id).where(TrainingTask.job_id == job_id)
        with self.sessions() as session:
            return list(session.scalars(tasks.order_by(TrainingTask.position)))

    def models(self) -> list[TrainedModel]:
        with self.sessions() as session:
            return list(session.scalars(select(TrainedModel)))

    def events(self, job_id: UUID) -> list[str]:
        """The names of a job's progress messages; fails where their numbers have a gap."""
        with self.sessions() as session:
            messages = progress.since(session, job_id, 0, limit=10_000)
        assert [message.seq for message in messages] == list(range(1, len(messages) + 1))
        return [message.body["event"] for message in messages]

    def no_more_waiting(self, task_id: UUID) -> None:
        """As if the pause before the next attempt was over."""
        with self.sessions.begin() as session:
            session.execute(
                update(TrainingTask).where(TrainingTask.id == task_id).values(not_before=None)
            )

    def lease_ran_out(self, task_id: UUID) -> None:
        """As if the worker had been silent for longer than its lease."""
        with self.sessions.begin() as session:
            task = session.get_one(TrainingTask, task_id)
            assert task.lease_expires_at is not None
            task.lease_expires_at -= timedelta(hours=1)


def _sale(product_id: UUID, day: int) -> dict[str, Any]:
    return {
        "product_id": product_id,
        "tenant_id": DEFAULT_TENANT_ID,
        "sold_at": FIRST_DAY + timedelta(days=day),
        "quantity": 20.0 + 5 * (day % 7) + (day * 7 % 3),
    }


def step(percentage: float, phase: str = "training") -> Progress:
    return Progress(phase, percentage, f"{percentage:.0f} percent of {phase}")


def small_outcome(context: Context) -> ModelOutcome:
    """An outcome whose files are really in the store."""
    stored = store_files(context, {"model.pkl": b"bytes"}, versions={}, data_digest="0" * 64)
    return ModelOutcome(
        ml_task="forecast",
        algorithm="none",
        manifest_digest=stored.manifest_digest,
        artifacts=artifact_files(stored),
        metrics={"mae": 1.0, "accuracy": 90.0},
    )


def quick_work(claim: Claim, context: Context, on_progress: ProgressCallback) -> ModelOutcome:
    """Work that reports once and succeeds."""
    on_progress(step(50))
    return small_outcome(context)


def work_until_stopped(
    reached: threading.Event,
) -> Callable[[Claim, Context, ProgressCallback], ModelOutcome]:
    """Work that never ends by itself and asks often whether it may go on."""

    def work(claim: Claim, context: Context, on_progress: ProgressCallback) -> ModelOutcome:
        pause = threading.Event()
        while True:
            on_progress(step(10))
            reached.set()
            pause.wait(0.02)

    return work
