"""The sweep repairs what got lost; the collection of garbage deletes only what nobody names."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from db.jobs import progress
from db.lifecycle.dispatch import Dispatch
from db.tables import OutboxEvent, TrainingJob, TrainingTask
from tests.worker.support import Shop, quick_work, small_outcome
from worker.artifacts import store_files
from worker.context import Context
from worker.errors import BrokerUnavailableError
from worker.housekeeping import collect_garbage, collect_orphans, sweep
from worker.training import run_task

LONG_AGO = datetime.now(UTC) - timedelta(days=30)


def run_all(context: Context, shop: Shop) -> None:
    for task in shop.hand_out(10):
        run_task(task.task_id, context, {"product": quick_work})


def handed_out_ten_seconds_ago(shop: Shop) -> None:
    then = datetime.now(UTC) - timedelta(seconds=10)
    with shop.sessions.begin() as session:
        session.execute(update(TrainingTask).values(dispatched_at=then))


def test_the_sweep_sends_what_was_never_sent(
    context: Context, shop: Shop, sent: list[Dispatch]
) -> None:
    job_id = shop.job(shop.product("bread"))
    shop.slots(1)
    sweep(context)

    assert [task.task_id for task in sent] == shop.task_ids(job_id)


def test_the_sweep_sends_again_what_the_broker_lost(
    context: Context, shop: Shop, sent: list[Dispatch]
) -> None:
    job_id = shop.job(shop.product("bread"))
    shop.slots(1)
    sweep(context)
    sweep(context)
    assert len(sent) == 1
    handed_out_ten_seconds_ago(shop)
    sweep(context)

    assert [task.task_id for task in sent] == 2 * shop.task_ids(job_id)


def test_a_broker_that_is_away_keeps_the_sweep_from_nothing_else(
    context: Context, shop: Shop, sent: list[Dispatch]
) -> None:
    def refuse(task: Dispatch) -> None:
        raise BrokerUnavailableError("away")

    job_id = shop.job(shop.product("bread"))
    claim = shop.claimed()
    shop.lease_ran_out(claim.token.task_id)
    shop.slots(1)
    sweep(replace(context, send=refuse))
    assert shop.show_task(claim.token.task_id).status == "pending"
    handed_out_ten_seconds_ago(shop)
    sweep(context)

    assert [task.task_id for task in sent] == shop.task_ids(job_id)


def test_the_sweep_takes_tasks_back_from_dead_workers_and_tells_watchers(
    context: Context, shop: Shop
) -> None:
    job_id = shop.job(shop.product("bread"))
    claim = shop.claimed()
    shop.lease_ran_out(claim.token.task_id)
    sweep(context)

    assert shop.show_task(claim.token.task_id).status == "pending"
    published = context.stream.read(job_id, after=2)
    assert published is not None
    assert published[-1].body["event"] == "task_retry"


def test_the_sweep_ends_jobs_that_are_out_of_time(context: Context, shop: Shop) -> None:
    job_id = shop.job(shop.product("bread"), shop.product("cake"))
    shop.claimed()
    with shop.sessions.begin() as session:
        session.execute(update(TrainingJob).values(deadline_at=LONG_AGO))
    sweep(context)

    assert shop.show_job(job_id).products_failed == 1
    running = [shop.show_task(task_id) for task_id in shop.task_ids(job_id)]
    assert sorted(task.status for task in running) == ["failed", "running"]


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    return tmp_path / "models"


def age(artifacts: Path) -> None:
    """Make every stored file two days old."""
    then = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    for file in artifacts.rglob("*"):
        if file.is_file():
            os.utime(file, (then, then))


def test_what_no_row_names_is_deleted_after_a_day(
    context: Context, shop: Shop, artifacts: Path
) -> None:
    shop.job(shop.product("bread"))
    run_all(context, shop)
    named = {blob.digest for blob in context.store.digests()}
    store_files(context, {"model.pkl": b"orphan"}, versions={}, data_digest=None)
    young = {blob.digest for blob in context.store.digests()}
    begun = artifacts / "incoming" / "incoming-by-a-killed-process"
    begun.write_bytes(b"orp")

    collect_garbage(context)
    assert {blob.digest for blob in context.store.digests()} == young
    assert begun.exists()

    age(artifacts)
    collect_garbage(context)
    assert {blob.digest for blob in context.store.digests()} == named
    assert not begun.exists()


def test_what_was_put_again_meanwhile_is_kept(
    context: Context, shop: Shop, artifacts: Path
) -> None:
    small_outcome(context)
    age(artifacts)
    stored = small_outcome(context)
    collect_garbage(context)

    assert all(context.store.exists(file.digest) for file in stored.artifacts)


def test_an_upload_is_kept_while_its_job_lives_and_as_long_as_models(
    context: Context, shop: Shop
) -> None:
    digest = context.store.put(b"a table").digest
    job_id = shop.upload(digest)
    ahead = timedelta(days=-1)
    assert collect_orphans(context, older_than=ahead) == 0

    with shop.sessions.begin() as session:
        session.execute(
            update(TrainingJob)
            .where(TrainingJob.id == job_id)
            .values(status="completed", completed_at=datetime.now(UTC) - timedelta(days=1000))
        )
    collect_orphans(context, older_than=ahead)
    assert not context.store.exists(digest)


def test_the_history_of_jobs_that_ended_long_ago_is_forgotten_but_for_its_end(
    context: Context, shop: Shop
) -> None:
    job_id = shop.job(shop.product("bread"))
    run_all(context, shop)
    with shop.sessions.begin() as session:
        session.execute(update(TrainingJob).values(completed_at=LONG_AGO))
    collect_garbage(context)

    with shop.sessions() as session:
        (last,) = progress.since(session, job_id, 0)
    assert last.body["event"] == "job_completed"


@pytest.mark.parametrize(("broker", "kept"), [(None, 0), ("amqp://localhost:1//", 1)])
def test_old_events_wait_for_a_broker_only_if_there_is_to_be_one(
    context: Context, shop: Shop, broker: str | None, kept: int
) -> None:
    context = replace(
        context, settings=context.settings.model_copy(update={"rabbitmq_url": broker})
    )
    shop.job(shop.product("bread"))
    shop.slots(1)
    run_all(context, shop)
    with shop.sessions.begin() as session:
        session.execute(update(OutboxEvent).values(created_at=LONG_AGO))

    collect_garbage(context)

    with shop.sessions() as session:
        assert session.scalar(select(func.count(OutboxEvent.id))) == kept
