"""A job says why it waits, and where it stands in the line."""

import re

from sqlalchemy.orm import Session

from db import transitions
from db.jobs.waiting import NO_WORKER, Limits, queue_position, waiting_reason
from db.tables import TrainingJob
from tests.db.builders import claimed, handed_out, model_outcome, new_job, new_tenant, tasks_of


def reason(session: Session, job: TrainingJob, most: int = 3) -> str | None:
    session.refresh(job)
    return waiting_reason(session, job, Limits(max_concurrent_jobs=most))


def test_the_line_has_the_order_of_the_dispatcher(session: Session) -> None:
    running = new_job(session, products=2)
    handed_out(session, slots=1)
    later, earliest_of_another = new_job(session), new_job(session, tenant_id=new_tenant(session))
    urgent = new_job(session, priority=9)
    session.refresh(running)
    places = [queue_position(session, job) for job in (urgent, earliest_of_another, later, running)]
    assert places == [1, 2, 3, None]


def test_no_worker(session: Session) -> None:
    assert reason(session, new_job(session)) == NO_WORKER


def test_too_many_jobs(session: Session) -> None:
    job, waiting = new_job(session), new_job(session)
    handed_out(session, slots=5, max_concurrent_jobs=1)
    assert reason(session, job, 1) is None
    assert reason(session, waiting, 1) == (
        "1 job is running, as many as may run at once (MAX_CONCURRENT_JOBS is 1)."
    )


def test_all_slots_are_busy(session: Session) -> None:
    job, waiting = new_job(session, products=2), new_job(session)
    handed_out(session, slots=2)
    expected = "All training slots (2) are busy. The job continues when one is free."
    assert reason(session, waiting) == expected
    assert reason(session, job) is None


def test_a_job_that_waits_for_its_retry(session: Session) -> None:
    job = new_job(session)
    handed_out(session, slots=1)
    claim = claimed(session, tasks_of(session, job)[0])
    transitions.fail(
        session,
        claim.token,
        error_type="E",
        message="m",
        recommended_action="a",
        retry=True,
        backoff_s=30,
    )
    assert re.fullmatch(
        r"An attempt failed and is tried again in \d+ s\.", reason(session, job) or ""
    )


def test_about_to_start_and_ended(session: Session) -> None:
    first, job = new_job(session), new_job(session)
    handed_out(session, slots=1)
    claim = claimed(session, tasks_of(session, first)[0])
    transitions.finish(session, claim.token, model_outcome())
    assert reason(session, job) == "The job is about to start."
    assert reason(session, first) is None
