"""What goes to the workers next: priority, fairness, order, limits, and lost messages."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db import transitions
from db.jobs import workers
from db.lifecycle.dispatch import in_flight, resend, take
from db.lifecycle.outcomes import SharedOutcome
from db.tables import TrainingJob, TrainingTask, Worker
from tests.db.builders import (
    DIGEST,
    claimed,
    handed_out,
    model_outcome,
    new_job,
    new_tenant,
    new_upload,
    tasks_of,
)


def ids(session: Session, *jobs: TrainingJob) -> list[object]:
    return [task.id for job in jobs for task in tasks_of(session, job)]


def status_of(session: Session, job: TrainingJob) -> str:
    session.refresh(job)
    return job.status


def test_nothing_without_workers(session: Session) -> None:
    job = new_job(session)
    assert take(session, max_concurrent_jobs=3) == []
    assert status_of(session, job) == "pending"


def test_only_as_many_as_there_are_free_slots(session: Session) -> None:
    job = new_job(session, products=5)
    assert handed_out(session, slots=2) == ids(session, job)[:2]
    assert status_of(session, job) == "running"
    assert in_flight(session) == 2
    assert handed_out(session, slots=2) == []
    first = session.get_one(TrainingTask, ids(session, job)[0])
    claim = claimed(session, first)
    assert handed_out(session, slots=2) == []
    transitions.finish(session, claim.token, model_outcome())
    assert handed_out(session, slots=2) == ids(session, job)[2:3]


def with_spare(session: Session, slots: int, max_running_tasks: int | None = None) -> list[object]:
    """The ids of the tasks that a fleet gets which takes a spare one for each slot."""
    workers.heartbeat(session, "fleet", slots=slots)
    taken = take(
        session, max_concurrent_jobs=3, max_running_tasks=max_running_tasks, spare_per_slot=1
    )
    return [item.task_id for item in taken]


def finish(session: Session, task_id: object) -> None:
    claim = claimed(session, session.get_one(TrainingTask, task_id))
    transitions.finish(session, claim.token, model_outcome())


def test_products_of_a_running_job_are_spare(session: Session) -> None:
    tasks = ids(session, new_job(session, products=6))
    assert with_spare(session, slots=2) == tasks[:2]
    assert with_spare(session, slots=2) == tasks[2:4]
    assert with_spare(session, slots=2) == []
    finish(session, tasks[0])
    assert with_spare(session, slots=2) == tasks[4:5]


def test_no_job_starts_with_a_spare_task(session: Session) -> None:
    first, second = new_job(session), new_job(session, products=2)
    assert with_spare(session, slots=1) == ids(session, first)
    assert with_spare(session, slots=1) == []
    assert status_of(session, second) == "pending"


def test_no_spare_task_overtakes_the_next_in_line(session: Session) -> None:
    running = new_job(session, products=3)
    with_spare(session, slots=1)
    urgent = new_job(session, products=1, priority=5)
    assert with_spare(session, slots=1) == []
    finish(session, ids(session, running)[0])
    assert with_spare(session, slots=1) == [*ids(session, urgent), ids(session, running)[1]]


def test_nothing_is_spare_beside_a_long_task(session: Session) -> None:
    upload, job = new_upload(session), new_job(session, products=4)
    assert with_spare(session, slots=2) == [*ids(session, upload), ids(session, job)[0]]
    assert with_spare(session, slots=2) == []
    finish(session, ids(session, job)[0])
    assert with_spare(session, slots=2) == ids(session, job)[1:2]


def test_nothing_is_spare_before_what_products_share(session: Session) -> None:
    job = new_job(session, products=4, with_shared=True)
    shared, *products = ids(session, job)
    assert with_spare(session, slots=2) == [shared]
    assert with_spare(session, slots=2) == []
    claim = claimed(session, session.get_one(TrainingTask, shared))
    transitions.finish(session, claim.token, SharedOutcome(manifest_digest=DIGEST, artifacts=()))
    assert with_spare(session, slots=2) == products


def test_spare_tasks_count_for_the_quota(session: Session) -> None:
    job = new_job(session, products=5)
    assert with_spare(session, slots=2, max_running_tasks=3) == ids(session, job)[:2]
    assert with_spare(session, slots=2, max_running_tasks=3) == ids(session, job)[2:3]
    assert with_spare(session, slots=2, max_running_tasks=3) == []


def test_tenants_take_turns_with_spare_tasks(session: Session) -> None:
    large = new_job(session, products=10)
    new_job(session, products=10, tenant_id=new_tenant(session))
    with_spare(session, slots=2)
    taken = with_spare(session, slots=2)
    assert {task in ids(session, large) for task in taken} == {True, False}


def test_slots_of_workers_that_fell_silent_do_not_count(session: Session) -> None:
    new_job(session, products=5)
    workers.heartbeat(session, "alive", slots=1)
    workers.heartbeat(session, "silent", slots=4)
    session.execute(
        update(Worker)
        .where(Worker.name == "silent")
        .values(seen_at=func.now() - timedelta(seconds=16))
    )
    assert len(take(session, max_concurrent_jobs=3)) == 1
    assert workers.forget_lost(session, older_than=timedelta(seconds=10)) == 1
    workers.leave(session, "alive")
    assert workers.live_slots(session) == 0


def test_first_in_first_out(session: Session) -> None:
    first, second = new_job(session, products=3), new_job(session, products=3)
    assert handed_out(session, slots=4) == [*ids(session, first), ids(session, second)[0]]


def test_a_job_starts_when_its_first_task_is_handed_out(session: Session) -> None:
    first, second = new_job(session, products=3), new_job(session)
    handed_out(session, slots=2)
    assert [status_of(session, job) for job in (first, second)] == ["running", "pending"]


def test_priority_goes_before_age(session: Session) -> None:
    ordinary = new_job(session, products=2)
    urgent = new_job(session, products=2, priority=10)
    assert handed_out(session, slots=3) == [*ids(session, urgent), ids(session, ordinary)[0]]


def test_a_more_urgent_job_overtakes_a_running_one(session: Session) -> None:
    ordinary = new_job(session, products=5)
    handed_out(session, slots=1)
    urgent = new_job(session, products=2, priority=10)
    assert handed_out(session, slots=3) == ids(session, urgent)
    assert status_of(session, ordinary) == "running"


def test_tenants_take_turns(session: Session) -> None:
    large = new_job(session, products=10)
    small = new_job(session, products=2, tenant_id=new_tenant(session))
    taken = handed_out(session, slots=4)
    assert Counter(task in ids(session, small) for task in taken) == {True: 2, False: 2}
    assert taken[0] == ids(session, large)[0]


def test_a_tenant_with_work_in_flight_waits_for_the_others(session: Session) -> None:
    new_job(session, products=10)
    handed_out(session, slots=3)
    newcomer = new_job(session, products=3, tenant_id=new_tenant(session))
    assert handed_out(session, slots=6) == ids(session, newcomer)


def test_no_more_jobs_at_once_than_allowed(session: Session) -> None:
    jobs = [new_job(session) for _ in range(4)]
    assert handed_out(session, slots=10, max_concurrent_jobs=2) == ids(session, *jobs[:2])
    assert handed_out(session, slots=10, max_concurrent_jobs=2) == []
    first = session.get_one(TrainingTask, ids(session, jobs[0])[0])
    transitions.finish(session, claimed(session, first).token, model_outcome())
    assert handed_out(session, slots=10, max_concurrent_jobs=2) == ids(session, jobs[2])
    assert [status_of(session, job) for job in jobs] == [
        "completed",
        "running",
        "running",
        "pending",
    ]


def test_what_products_share_comes_first_and_alone(session: Session) -> None:
    job = new_job(session, products=2, with_shared=True)
    shared, *products = tasks_of(session, job)
    assert handed_out(session, slots=5) == [shared.id]
    claim = claimed(session, shared)
    assert handed_out(session, slots=5) == []
    transitions.fail(
        session, claim.token, error_type="E", message="m", recommended_action="a", retry=False
    )
    assert handed_out(session, slots=5) == [task.id for task in products]


def test_uploads_and_stopped_jobs(session: Session) -> None:
    upload, stopped = new_upload(session), new_job(session)
    transitions.request_stop(session, stopped.tenant_id, stopped.id, "abort")
    workers.heartbeat(session, "w", slots=9)
    assert [(item.task_id, item.kind) for item in take(session, max_concurrent_jobs=3)] == [
        (ids(session, upload)[0], "table")
    ]


def test_a_retry_waits_for_its_time(session: Session) -> None:
    job = new_job(session)
    handed_out(session, slots=1)
    (task,) = tasks_of(session, job)
    transitions.fail(
        session,
        claimed(session, task).token,
        error_type="OperationalError",
        message="The database is away.",
        recommended_action="Wait",
        retry=True,
        backoff_s=60,
    )
    assert handed_out(session, slots=1) == []
    task.not_before = func.now()
    session.flush()
    assert handed_out(session, slots=1) == [task.id]


def make_dispatch_old(session: Session, seconds: int) -> None:
    session.execute(
        update(TrainingTask).values(dispatched_at=func.now() - timedelta(seconds=seconds)),
        execution_options={"synchronize_session": False},
    )


def test_lost_messages_are_sent_again(session: Session) -> None:
    job = new_job(session, products=2, priority=4)
    handed_out(session, slots=2)
    claimed(session, tasks_of(session, job)[0])
    assert resend(session) == []
    make_dispatch_old(session, seconds=6)
    (again,) = resend(session)
    assert (again.task_id, again.kind, again.priority) == (ids(session, job)[1], "product", 4)
    assert resend(session) == []


def test_spare_tasks_are_no_lost_messages_while_all_slots_are_busy(session: Session) -> None:
    job = new_job(session, products=2)
    with_spare(session, slots=1)
    (spare,) = with_spare(session, slots=1)
    first = claimed(session, tasks_of(session, job)[0])
    make_dispatch_old(session, seconds=6)
    assert resend(session) == []
    transitions.finish(session, first.token, model_outcome())
    assert [again.task_id for again in resend(session)] == [spare]


def test_a_spare_task_that_others_have_overtaken_is_a_lost_message(session: Session) -> None:
    job = new_job(session, products=3)
    with_spare(session, slots=1)
    (lost,) = with_spare(session, slots=1)
    first = claimed(session, tasks_of(session, job)[0])
    transitions.finish(session, first.token, model_outcome())
    (later,) = with_spare(session, slots=1)
    claimed(session, session.get_one(TrainingTask, later))
    long_ago = TrainingTask.dispatched_at - timedelta(seconds=6)
    session.execute(update(TrainingTask).values(dispatched_at=long_ago))
    assert [again.task_id for again in resend(session)] == [lost]


def test_without_workers_lost_messages_go_back_into_the_backlog(session: Session) -> None:
    job = new_job(session, products=1)
    handed_out(session, slots=1)
    make_dispatch_old(session, seconds=6)
    workers.leave(session, "fleet")
    assert resend(session) == []
    dispatched = select(TrainingTask.dispatched_at).where(TrainingTask.job_id == job.id)
    assert session.scalars(dispatched).one() is None
    assert handed_out(session, slots=1) == ids(session, job)
