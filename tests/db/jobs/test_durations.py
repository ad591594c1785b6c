"""When a job will end, as recorded trainings took their time."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db.jobs.durations import FEWEST, Durations, estimate, recorded
from db.jobs.workers import heartbeat
from db.tables import DEFAULT_TENANT_ID, Tenant, TrainingJob, TrainingTask
from db.transitions import finish
from tests.db.builders import (
    model_outcome,
    new_job,
    new_tenant,
    new_upload,
    running_claims,
    start,
)


def trained(session: Session, seconds: list[int], **job: object) -> TrainingJob:
    """A job whose products took so long, one by one."""
    made = new_job(session, products=len(seconds), **job)
    for claim, taken in zip(running_claims(session, made), seconds, strict=True):
        finish(session, claim.token, model_outcome())
        session.execute(
            update(TrainingTask)
            .where(TrainingTask.id == claim.token.task_id)
            .values(started_at=TrainingTask.completed_at - timedelta(seconds=taken))
        )
    return made


def test_few_records_tell_nothing(session: Session) -> None:
    trained(session, [10] * (FEWEST - 1))
    heartbeat(session, "w", slots=1)
    assert estimate(session, new_job(session)) is None


def test_percentiles_are_of_the_tenant(session: Session) -> None:
    trained(session, list(range(10, 21)))
    trained(session, [1000] * 9, tenant_id=new_tenant(session))
    found = recorded(session, new_job(session))
    assert found == Durations(count=11, mean_s=15, p50_s=15, p90_s=19)


def test_a_new_tenant_learns_from_all(session: Session) -> None:
    trained(session, [30] * FEWEST)
    found = recorded(session, new_job(session, tenant_id=new_tenant(session)))
    assert found is not None
    assert found.p50_s == 30


def test_tables_do_not_tell_of_products(session: Session) -> None:
    trained(session, [30] * FEWEST)
    assert recorded(session, new_upload(session)) is None


def test_skipped_and_failed_trainings_do_not_count(session: Session) -> None:
    job = trained(session, [1] * FEWEST)
    session.execute(
        update(TrainingTask).where(TrainingTask.job_id == job.id).values(skipped_reason="same")
    )
    assert recorded(session, job) is None


def test_many_products_take_their_mean_each_and_slots_share_them(session: Session) -> None:
    trained(session, [10] * 10)
    heartbeat(session, "w", slots=2)
    job = new_job(session, products=8)
    now = session.scalar(func.clock_timestamp())
    found = estimate(session, job)
    assert found is not None
    assert now is not None
    assert (found.p50 - now).total_seconds() == pytest.approx(40, abs=2)
    assert found.p90 == found.p50


def test_what_is_ahead_in_the_line_counts(session: Session) -> None:
    trained(session, [10] * 10)
    heartbeat(session, "w", slots=1)
    new_job(session, products=5)
    job = new_job(session)
    alone = new_job(session, priority=9)
    ends = [estimate(session, one) for one in (alone, job)]
    assert all(ends)
    seconds = [(end.p50 - ends[0].p50).total_seconds() for end in ends if end and ends[0]]
    assert seconds == pytest.approx([0, 60], abs=2)


def seconds_left(session: Session, job: TrainingJob, limit: int | None = None) -> float:
    now = session.scalars(select(func.clock_timestamp())).one()
    found = estimate(session, job, limit)
    assert found is not None
    seconds: float = (found.p50 - now).total_seconds()
    return seconds


def test_a_tenant_gets_no_more_slots_than_it_may_have(session: Session) -> None:
    trained(session, [10] * 10)
    heartbeat(session, "w", slots=4)
    job = new_job(session, products=8)
    assert seconds_left(session, job) == pytest.approx(20, abs=2)
    assert seconds_left(session, job, 2) == pytest.approx(40, abs=2)
    session.get_one(Tenant, DEFAULT_TENANT_ID).max_running_tasks = 1
    assert seconds_left(session, job, 2) == pytest.approx(80, abs=2)
    session.get_one(Tenant, DEFAULT_TENANT_ID).max_running_tasks = 9
    assert seconds_left(session, job, 2) == pytest.approx(20, abs=2)


def test_tenants_take_turns(session: Session) -> None:
    trained(session, [10] * 10)
    heartbeat(session, "w", slots=2)
    other, small = new_tenant(session), new_tenant(session)
    theirs = new_job(session, products=40, tenant_id=other)
    new_job(session, products=2, tenant_id=small)
    mine = new_job(session, products=8)
    new_job(session, products=30, tenant_id=other, priority=mine.priority - 1)
    assert seconds_left(session, mine) == pytest.approx((8 + 8 + 2) / 2 * 10, abs=2)
    assert seconds_left(session, theirs) == pytest.approx((40 + 8 + 2) / 2 * 10, abs=2)


def test_what_is_more_urgent_goes_before_the_turns(session: Session) -> None:
    trained(session, [10] * 10)
    heartbeat(session, "w", slots=2)
    new_job(session, products=40, tenant_id=new_tenant(session), priority=9)
    assert seconds_left(session, new_job(session, products=2)) == pytest.approx(210, abs=2)


def test_a_running_training_counts_by_its_rest(session: Session) -> None:
    trained(session, [100] * 10)
    heartbeat(session, "w", slots=1)
    job = new_job(session)
    start(session, job)
    session.execute(
        update(TrainingTask)
        .where(TrainingTask.job_id == job.id)
        .values(status="running", lease_expires_at=func.now(), progress=75)
    )
    now = session.scalar(func.clock_timestamp())
    found = estimate(session, job)
    assert found is not None
    assert now is not None
    assert (found.p50 - now).total_seconds() == pytest.approx(25, abs=2)


def test_without_workers_or_after_the_end_nothing_is_expected(session: Session) -> None:
    ended = trained(session, [10] * FEWEST)
    assert estimate(session, new_job(session)) is None
    heartbeat(session, "w", slots=1)
    assert estimate(session, ended) is None


def test_uncertainty_grows_with_the_root() -> None:
    durations = Durations(count=9, mean_s=12, p50_s=10, p90_s=20)
    assert durations.until_done(1, 4) == (10, 20)
    assert durations.until_done(16, 4) == (48, 68)
