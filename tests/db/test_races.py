"""Several connections at once: one winner, exact counts, contiguous numbers, no deadlock."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from core.settings import Settings
from db import transitions
from db.engine import Sessions
from db.errors import NotNowError, UnknownProductsError
from db.jobs.progress import since
from db.jobs.requests import JobLimits, JobRequest, start_products
from db.jobs.workers import heartbeat
from db.lifecycle.dispatch import take
from db.models import live_scores
from db.operation import outbox
from db.operation.audit import SERVICE
from db.shop import product_changes
from db.tables import (
    DEFAULT_TENANT_ID,
    OutboxEvent,
    Product,
    TrainedModel,
    TrainingJob,
    TrainingTask,
)
from db.transitions import Claim, NewTask, Token
from tests.db.at_once import at_once
from tests.db.builders import model_outcome, new_job, new_products, running_claims, start, tasks_of

PROBLEM = {"error_type": "InvalidDataError", "message": "Bad.", "recommended_action": "Mend it"}


def committed(sessions: Sessions, number: int, **changes: object) -> tuple[UUID, list[Claim]]:
    with sessions.begin() as session:
        job = new_job(session, products=number, **changes)
        return job.id, running_claims(session, job)


def test_one_of_many_claimers_wins(fresh_sessions: Sessions) -> None:
    with fresh_sessions.begin() as session:
        job = new_job(session)
        start(session, job)
        task_id = tasks_of(session, job)[0].id

    def claim(worker: str) -> Claim | None:
        with fresh_sessions.begin() as session:
            return transitions.claim(session, task_id, worker=worker, lease_s=20)

    claims = at_once([lambda n=n: claim(f"w{n}") for n in range(8)])
    winners = [claim for claim in claims if claim is not None]
    assert [winner.token.attempt for winner in winners] == [1]
    with fresh_sessions() as session:
        assert session.get_one(TrainingTask, task_id).attempt == 1


def test_counts_are_exact_when_all_finish_together(fresh_sessions: Sessions) -> None:
    job_id, claims = committed(fresh_sessions, 24)

    def work(mine: Sequence[Claim]) -> None:
        for claim in mine:
            with fresh_sessions.begin() as session:
                transitions.report(session, claim.token, phase="a", percentage=50, message=".")
            with fresh_sessions.begin() as session:
                if claims.index(claim) % 3:
                    transitions.finish(session, claim.token, model_outcome())
                else:
                    transitions.fail(session, claim.token, **PROBLEM, retry=False)

    at_once([lambda n=n: work(claims[n::8]) for n in range(8)])
    with fresh_sessions() as session:
        job = session.get_one(TrainingJob, job_id)
        assert (job.status, job.products_completed, job.products_failed) == ("completed", 16, 8)
        messages = since(session, job_id, 0)
        assert [message.seq for message in messages] == list(range(1, job.progress_seq + 1))
        events = Counter(message.body["event"] for message in messages)
        assert events["job_completed"] == 1
        assert messages[-1].body["event"] == "job_completed"
        counted = [
            message.body["job"]["products_completed"] + message.body["job"]["products_failed"]
            for message in messages
            if message.body["event"] in {"task_completed", "task_failed"}
        ]
        assert counted == list(range(1, 25))
        routing = Counter(session.scalars(select(OutboxEvent.routing_key)))
        assert routing == {"training.failed": 8, "training.completed": 1}
        assert session.scalar(select(func.count()).select_from(TrainedModel)) == 16


def test_a_zombie_and_the_reaper_do_not_both_win(fresh_sessions: Sessions) -> None:
    for _ in range(5):
        job_id, (claim,) = committed(fresh_sessions, 1, max_attempts=1)
        with fresh_sessions.begin() as session:
            lost = func.now() - timedelta(seconds=1)
            session.execute(
                update(TrainingTask)
                .where(TrainingTask.id == claim.token.task_id)
                .values(lease_expires_at=lost)
            )

        def finish(token: Token = claim.token) -> None:
            with fresh_sessions.begin() as session:
                transitions.finish(session, token, model_outcome())

        def reap() -> None:
            with fresh_sessions.begin() as session:
                transitions.reclaim(session)

        at_once([finish, reap])
        with fresh_sessions() as session:
            job = session.get_one(TrainingJob, job_id)
            models = session.scalars(
                select(TrainedModel).where(TrainedModel.training_job_id == job_id)
            ).all()
            assert job.products_completed + job.products_failed == 1
            assert len(models) == job.products_completed
            ends = [message.body["event"] for message in since(session, job_id, 0)][-2:]
            assert ends in (["task_completed", "job_completed"], ["task_failed", "job_failed"])


def test_versions_of_one_product_never_collide(fresh_sessions: Sessions) -> None:
    with fresh_sessions.begin() as session:
        (product,) = new_products(session, 1)
        task = NewTask(kind="product", product_id=product.id, product_name=product.name)
        jobs = [new_job(session, products=0, tasks=[task]) for _ in range(6)]
        tokens = [running_claims(session, job)[0].token for job in jobs]

    def finish(token: Token) -> None:
        with fresh_sessions.begin() as session:
            transitions.finish(session, token, model_outcome())

    at_once([lambda token=token: finish(token) for token in tokens])
    with fresh_sessions() as session:
        models = session.scalars(select(TrainedModel)).all()
        assert len({model.model_version for model in models}) == 6
        assert len({model.public_id for model in models}) == 6
        assert [model.is_deployed for model in models].count(True) == 1


def test_dispatchers_share_the_slots(fresh_sessions: Sessions) -> None:
    with fresh_sessions.begin() as session:
        for _ in range(3):
            new_job(session, products=10)
        heartbeat(session, "fleet", slots=12)

    def dispatch() -> list[UUID]:
        with fresh_sessions.begin() as session:
            return [item.task_id for item in take(session, max_concurrent_jobs=2)]

    taken = [task_id for ids in at_once([dispatch] * 6) for task_id in ids]
    assert len(taken) == len(set(taken)) == 12
    with fresh_sessions() as session:
        running = select(func.count()).where(TrainingJob.status == "running")
        assert session.scalar(running) == 2


def some_events(sessions: Sessions, number: int) -> None:
    _, claims = committed(sessions, number)
    with sessions.begin() as session:
        for claim in claims:
            transitions.fail(session, claim.token, **PROBLEM, retry=False)


def claim_events(sessions: Sessions, limit: int = 10, lease_s: float = 60) -> outbox.Batch | None:
    with sessions.begin() as session:
        return outbox.claim(session, limit=limit, lease=timedelta(seconds=lease_s))


def test_events_are_published_by_one(fresh_sessions: Sessions) -> None:
    some_events(fresh_sessions, 3)

    claimed = at_once([lambda: claim_events(fresh_sessions, 2)] * 4)

    (mine,) = [batch for batch in claimed if batch is not None]
    ids = [event.id for event in mine.events]
    assert ids == sorted(ids)
    assert len(ids) == 2
    with fresh_sessions.begin() as session:
        outbox.mark_published(session, ids)
    rest = claim_events(fresh_sessions)
    assert rest is not None
    assert [event.id > max(ids) for event in rest.events] == [True]


def test_events_that_were_not_published_are_there_again_with_the_reason(
    fresh_sessions: Sessions,
) -> None:
    some_events(fresh_sessions, 3)
    batch = claim_events(fresh_sessions)
    assert batch is not None
    with fresh_sessions.begin() as session:
        outbox.mark_published(session, [batch.events[0].id])
        outbox.give_back(session, batch, "no route\x00")

    again = claim_events(fresh_sessions)

    assert again is not None
    assert [event.id for event in again.events] == [event.id for event in batch.events[1:]]
    assert [(e.attempts, e.last_error) for e in again.events] == [(1, "no route\ufffd")] * 2
    with fresh_sessions.begin() as session:
        outbox.mark_published(session, [event.id for event in again.events])
    assert claim_events(fresh_sessions) is None
    with fresh_sessions.begin() as session:
        assert outbox.prune(session, older_than=timedelta(days=1)) == 0
        assert outbox.prune(session, older_than=timedelta(days=-1)) == 3


def test_events_of_a_publisher_that_died_are_taken_over_and_stay_with_the_next(
    fresh_sessions: Sessions,
) -> None:
    some_events(fresh_sessions, 2)
    lost = claim_events(fresh_sessions, lease_s=-1)
    taken_over = claim_events(fresh_sessions)
    assert lost is not None
    assert taken_over is not None
    assert [event.id for event in lost.events] == [event.id for event in taken_over.events]

    with fresh_sessions.begin() as session:
        outbox.give_back(session, lost, "too late")

    assert claim_events(fresh_sessions) is None


def test_a_product_is_not_deleted_under_a_training_that_starts(fresh_sessions: Sessions) -> None:
    with fresh_sessions.begin() as session:
        (product,) = new_products(session, 1)

    def delete() -> None:
        with fresh_sessions.begin() as session:
            found = session.get_one(Product, product.id)
            product_changes.remove(session, found, force=True, actor=SERVICE)

    with ThreadPoolExecutor(1) as pool:
        with fresh_sessions.begin() as starting:
            tasks = [NewTask(kind="product", product_id=product.id)]
            new_job(starting, tasks=tasks)
            deletion = pool.submit(delete)
            with fresh_sessions() as watching:
                while not watching.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                    watching.rollback()
                    assert not deletion.done()
        with pytest.raises(NotNowError, match="stop the job first"):
            deletion.result()
    with fresh_sessions() as session:
        assert session.scalar(select(func.count()).select_from(TrainingTask)) == 1


def test_a_training_does_not_start_over_a_product_that_is_being_deleted(
    fresh_sessions: Sessions,
) -> None:
    with fresh_sessions.begin() as session:
        product, other = new_products(session, 2)
    limits = JobLimits.from_settings(Settings())

    def start() -> None:
        with fresh_sessions.begin() as session:
            start_products(session, DEFAULT_TENANT_ID, JobRequest(products=(product.sku,)), limits)

    with ThreadPoolExecutor(1) as pool:
        with fresh_sessions.begin() as deleting:
            found = deleting.get_one(Product, product.id)
            product_changes.remove(deleting, found, force=True, actor=SERVICE)
            deleting.flush()
            started = pool.submit(start)
            with fresh_sessions() as watching:
                while not watching.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                    watching.rollback()
                    assert not started.done()
        with pytest.raises(UnknownProductsError, match=product.sku):
            started.result()
    with fresh_sessions.begin() as session:
        job, _ = start_products(session, DEFAULT_TENANT_ID, JobRequest(), limits)
        assert job.products_to_train == [str(other.id)]


def test_a_scoring_holds_up_no_event(fresh_sessions: Sessions) -> None:
    _, (claim,) = committed(fresh_sessions, 1)
    with fresh_sessions.begin() as session:
        transitions.fail(session, claim.token, **PROBLEM, retry=False)
    with fresh_sessions.begin() as scoring, fresh_sessions.begin() as publishing:
        live_scores.take_turns(scoring)
        assert outbox.claim(publishing, limit=10, lease=timedelta(seconds=60)) is not None


def test_everything_at_once_neither_deadlocks_nor_loses_a_task(fresh_sessions: Sessions) -> None:
    """Workers, reapers, watchdogs and a stop over few jobs, until all have ended."""
    with fresh_sessions.begin() as session:
        jobs = [new_job(session, products=12, max_attempts=50) for _ in range(4)]
        job_ids = [job.id for job in jobs]

    def stop() -> None:
        with fresh_sessions.begin() as session:
            transitions.request_stop(session, DEFAULT_TENANT_ID, job_ids[3], "abort")

    workers = [lambda name=name: work(fresh_sessions, name) for name in "abc"]
    at_once([*workers, *[lambda: housekeep(fresh_sessions)] * 2, stop])
    housekeep(fresh_sessions)
    work(fresh_sessions, "last")
    with fresh_sessions() as session:
        for job_id in job_ids:
            assert_adds_up(session, session.get_one(TrainingJob, job_id))
        per_task = select(func.count()).select_from(TrainedModel).group_by(TrainedModel.task_id)
        assert set(session.scalars(per_task)) == {1}


def work(sessions: Sessions, name: str) -> None:
    while task_ids := next_tasks(sessions):
        for task_id in task_ids:
            train(sessions, task_id, name)


def next_tasks(sessions: Sessions) -> list[UUID]:
    """What the dispatcher gives, or else what another worker was given: messages come twice."""
    with sessions.begin() as session:
        heartbeat(session, "fleet", slots=6)
    with sessions.begin() as session:
        taken = [item.task_id for item in take(session, max_concurrent_jobs=3)]
        pending = select(TrainingTask.id).where(TrainingTask.status == "pending").limit(6)
        return taken or list(session.scalars(pending))


def train(sessions: Sessions, task_id: UUID, name: str) -> None:
    """With a lease that has ended before it begins, so that every task is also reclaimed."""
    with sessions.begin() as session:
        claim = transitions.claim(session, task_id, worker=name, lease_s=0)
    if claim is None:
        return
    with sessions.begin() as session:
        transitions.renew(session, claim.token, lease_s=0)
    with sessions.begin() as session:
        transitions.report(session, claim.token, phase="a", percentage=50, message=".")
    with sessions.begin() as session:
        transitions.finish(session, claim.token, model_outcome())


def housekeep(sessions: Sessions) -> None:
    for _ in range(20):
        with sessions.begin() as session:
            transitions.reclaim(session)
        with sessions.begin() as session:
            transitions.expire(session)


def assert_adds_up(session: Session, job: TrainingJob) -> None:
    tasks = Counter(task.status for task in tasks_of(session, job))
    assert job.status in {"completed", "cancelled"}
    assert (job.products_completed, job.products_cancelled) == (
        tasks["completed"],
        tasks["cancelled"],
    )
    assert tasks["completed"] + tasks["cancelled"] == job.products_total
    seqs = [message.seq for message in since(session, job.id, 0, limit=10_000)]
    assert seqs == list(range(1, job.progress_seq + 1))
