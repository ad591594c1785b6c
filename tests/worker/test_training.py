"""The story of a task, called as a plain function on a real database, Redis and store."""

import threading
from contextlib import nullcontext
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError, StatementError
from threadpoolctl import threadpool_info, threadpool_limits

from core.progress import ProgressStream
from core.settings import Settings
from db import transitions
from db.jobs.logs import lines
from db.lifecycle.dispatch import Dispatch
from db.lifecycle.outcomes import ModelOutcome
from db.tables import DEFAULT_TENANT_ID, ModelArtifact, ModelMetrics, OutboxEvent, TrainedModel
from db.tenancy import as_system
from db.transitions import Claim
from pipeline.errors import InvalidDataError
from pipeline.progress import ProgressCallback
from tests.worker.support import Shop, quick_work, small_outcome, step, work_until_stopped
from worker.context import Context
from worker.errors import TrainingCancelledError, WorkerDrainedError
from worker.training import PRODUCT_PACE, Work, run_task

WAIT_S = 30


class CrashError(BaseException):
    """The process dies here: nothing of ours may catch it."""


@dataclass
class Ending:
    """Work that reports twice and then raises."""

    error: BaseException

    def __call__(
        self, claim: Claim, context: Context, on_progress: ProgressCallback
    ) -> ModelOutcome:
        on_progress(step(10))
        on_progress(step(60, phase="evaluation"))
        raise self.error


def pause() -> None:
    """Long enough for the next step to be reported."""
    threading.Event().wait(PRODUCT_PACE.least_phase_s)


def told_work(claim: Claim, context: Context, on_progress: ProgressCallback) -> ModelOutcome:
    pause()
    return quick_work(claim, context, on_progress)


def run(context: Context, task_id: UUID, work: Work = quick_work) -> None:
    run_task(task_id, context, {"product": work})


def threads_of(api: str) -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == api}


def test_the_algebra_of_a_product_has_one_thread(context: Context, shop: Shop) -> None:
    shop.job(shop.product("bread"))
    seen: list[set[int]] = []

    def work(claim: Claim, context: Context, on_progress: ProgressCallback) -> ModelOutcome:
        seen.extend([threads_of("blas"), threads_of("openmp")])
        return quick_work(claim, context, on_progress)

    with threadpool_limits(3):
        run(replace(context, settings=Settings(task_threads=2)), shop.next_task(), work)

    assert seen == [{1}, {2}]


def test_a_finished_task_leaves_a_model_and_ends_its_job(context: Context, shop: Shop) -> None:
    job_id = shop.job(shop.product("bread"))
    run(context, shop.next_task(), told_work)

    job = shop.show_job(job_id)
    assert (job.status, job.products_completed, job.progress_percentage) == ("completed", 1, 100)
    assert len(shop.models()) == 1
    assert shop.events(job_id) == [
        "job_started",
        "task_started",
        "task_progress",
        "task_completed",
        "job_completed",
    ]


def test_a_task_that_ends_at_once_costs_no_report(context: Context, shop: Shop) -> None:
    job_id = shop.job(shop.product("bread"))
    run(context, shop.next_task(), quick_work)

    assert "task_progress" not in shop.events(job_id)


def test_watchers_can_read_all_of_it_from_redis(context: Context, shop: Shop) -> None:
    job_id = shop.job(shop.product("bread"))
    run(context, shop.next_task())

    published = context.stream.read(job_id, after=0)
    assert published is not None
    assert [message.body["event"] for message in published] == shop.events(job_id)


def test_an_unknown_task_is_no_error(context: Context) -> None:
    run(context, uuid4())


def test_a_task_delivered_twice_runs_once(context: Context, shop: Shop) -> None:
    job_id = shop.job(shop.product("bread"))
    task_id = shop.next_task()
    run(context, task_id)
    run(context, task_id)

    assert len(shop.models()) == 1
    assert shop.show_job(job_id).products_completed == 1
    assert shop.show_task(task_id).attempt == 1


def test_the_slot_that_became_free_gets_the_next_task(
    context: Context, shop: Shop, sent: list[Dispatch]
) -> None:
    shop.job(shop.product("bread"), shop.product("cake"))
    first = shop.next_task()
    shop.slots(1)
    run(context, first)

    assert len(sent) == 1
    assert sent[0].task_id != first


def test_data_that_cannot_become_a_model_fails_with_a_reason(context: Context, shop: Shop) -> None:
    job_id = shop.job(shop.product("bread"))
    task_id = shop.next_task()
    run(context, task_id, Ending(InvalidDataError("Column quantity has text in row 3")))

    task = shop.show_task(task_id)
    assert (task.status, task.attempt) == ("failed", 1)
    assert task.error_type == "InvalidDataError"
    assert task.error_message == "Column quantity has text in row 3"
    assert task.recommended_action == InvalidDataError.recommended_action
    assert task.severity == "high"
    assert shop.show_job(job_id).status == "failed"


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("SELECT 1", {}, Exception("server closed the connection")),
        ConnectionResetError("store"),
        TimeoutError("store"),
        MemoryError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_may_pass_is_tried_again(context: Context, shop: Shop, error: Exception) -> None:
    job_id = shop.job(shop.product("bread"))
    task_id = shop.next_task()
    run(context, task_id, Ending(error))

    task = shop.show_task(task_id)
    assert task.status == "pending"
    assert task.not_before is not None
    shop.no_more_waiting(task_id)
    assert shop.next_task() == task_id
    run(context, task_id)

    assert shop.show_job(job_id).status == "completed"
    assert len(shop.models()) == 1
    assert "task_retry" in shop.events(job_id)


def test_what_does_not_pass_fails_after_the_last_attempt(context: Context, shop: Shop) -> None:
    job_id = shop.job(shop.product("bread"))
    for _ in range(3):
        task_id = shop.next_task()
        run(context, task_id, Ending(ConnectionResetError("the store is away")))
        shop.no_more_waiting(task_id)

    task = shop.show_task(task_id)
    assert (task.status, task.attempt) == ("failed", 3)
    assert task.error_message is not None
    assert "the store is away" in task.error_message
    assert shop.show_job(job_id).status == "failed"


def test_each_pause_before_another_attempt_is_longer(context: Context, shop: Shop) -> None:
    shop.job(shop.product("bread"))
    pauses = []
    for _ in range(2):
        task_id = shop.next_task()
        run(context, task_id, Ending(ConnectionResetError()))
        task = shop.show_task(task_id)
        assert task.not_before is not None
        pauses.append((task.not_before - task.updated_at).total_seconds())
        shop.no_more_waiting(task_id)

    assert 1 < pauses[0] < pauses[1]


def test_a_defect_of_the_program_fails_the_task_and_is_heard_of(
    context: Context, shop: Shop
) -> None:
    job_id = shop.job(shop.product("bread"))
    task_id = shop.next_task()
    with pytest.raises(KeyError, match="missing"):
        run(context, task_id, Ending(KeyError("missing")))

    task = shop.show_task(task_id)
    assert (task.status, task.error_type, task.attempt) == ("failed", "KeyError", 1)
    assert shop.show_job(job_id).status == "failed"


def test_an_outcome_that_cannot_be_written_is_a_defect_too(context: Context, shop: Shop) -> None:
    def work(claim: Claim, context: Context, on_progress: ProgressCallback) -> ModelOutcome:
        return replace(small_outcome(context), details={"model": object()})

    shop.job(shop.product("bread"))
    task_id = shop.next_task()
    with pytest.raises(StatementError):
        run(context, task_id, work)

    assert shop.show_task(task_id).status == "failed"
    assert shop.models() == []


def test_one_bad_product_does_not_sink_the_job(context: Context, shop: Shop) -> None:
    job_id = shop.job(shop.product("bread"), shop.product("cake"))
    first, second = (task.task_id for task in shop.hand_out(2))
    run(context, first, Ending(InvalidDataError("no sales")))
    run(context, second)

    job = shop.show_job(job_id)
    assert (job.status, job.products_completed, job.products_failed) == ("completed", 1, 1)


def test_a_worker_that_shuts_down_gives_its_task_back_without_using_an_attempt(
    context: Context, shop: Shop
) -> None:
    shop.job(shop.product("bread"))
    for _ in range(5):
        task_id = shop.next_task()
        with pytest.raises(SystemExit):
            run(context, task_id, Ending(SystemExit(0)))
        shop.no_more_waiting(task_id)
    run(context, shop.next_task())

    assert shop.show_task(task_id).status == "completed"


def test_a_stop_unwinds_the_running_task(context: Context, shop: Shop) -> None:
    job_id = shop.job(shop.product("bread"))
    task_id = shop.next_task()
    reached = threading.Event()
    running = threading.Thread(target=run, args=(context, task_id, work_until_stopped(reached)))
    running.start()
    assert reached.wait(WAIT_S)
    with shop.sessions.begin() as session:
        transitions.request_stop(session, DEFAULT_TENANT_ID, job_id, "abort")
    running.join(WAIT_S)

    assert not running.is_alive()
    assert shop.show_task(task_id).status == "cancelled"
    assert shop.show_job(job_id).status == "cancelled"
    assert shop.events(job_id)[-2:] == ["task_cancelled", "job_cancelled"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidDataError("no sales"), "failed"),
        (TrainingCancelledError("stopped"), "cancelled"),
        (WorkerDrainedError("the worker ends"), "pending"),
        (ConnectionResetError("the store is away"), "pending"),
        (KeyError("a defect"), "failed"),
        (SystemExit(0), "pending"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else value,
)
def test_however_a_task_ends_the_log_tells_how_long_its_steps_took(
    context: Context, shop: Shop, error: BaseException, status: str
) -> None:
    job_id = shop.job(shop.product("bread"))
    task_id = shop.next_task()
    is_passed_on = isinstance(error, KeyError | SystemExit)
    with pytest.raises(type(error)) if is_passed_on else nullcontext():
        run(context, task_id, Ending(error))

    assert shop.show_task(task_id).status == status
    with shop.sessions() as session:
        steps = [
            line.step_name
            for line, _ in lines(session, DEFAULT_TENANT_ID, job_id).items
            if line.execution_time_ms is not None
        ]
    assert steps == ["data_loading", "training", "evaluation"]


def test_a_passed_deadline_ends_the_task_with_its_reason(context: Context, shop: Shop) -> None:
    job_id = shop.job(shop.product("bread"), timeout_s=1)
    task_id = shop.next_task()
    run(context, task_id, work_until_stopped(threading.Event()))

    task = shop.show_task(task_id)
    assert (task.status, task.error_type) == ("failed", "TrainingTimeoutError")
    assert "finished before are kept" in (task.error_message or "")
    assert "Retry the job" in (task.recommended_action or "")
    assert shop.show_job(job_id).status == "failed"


def test_a_worker_that_lost_its_task_writes_nothing(context: Context, shop: Shop) -> None:
    job_id = shop.job(shop.product("bread"))
    task_id = shop.next_task()

    def slow_work(claim: Claim, context: Context, on_progress: ProgressCallback) -> ModelOutcome:
        with as_system():  # the sweep, and another worker that takes it and finishes first
            shop.lease_ran_out(task_id)
            with shop.sessions.begin() as session:
                transitions.reclaim(session)
            run(context, shop.next_task())
        return small_outcome(context)

    run(context, task_id, slow_work)

    assert len(shop.models()) == 1
    assert shop.show_job(job_id).products_completed == 1
    assert shop.events(job_id).count("task_completed") == 1


def crash_before_work(
    claim: Claim, context: Context, on_progress: ProgressCallback
) -> ModelOutcome:
    raise CrashError


def crash_in_the_middle(
    claim: Claim, context: Context, on_progress: ProgressCallback
) -> ModelOutcome:
    pause()
    on_progress(step(40))
    raise CrashError


def crash_after_the_artifact(
    claim: Claim, context: Context, on_progress: ProgressCallback
) -> ModelOutcome:
    small_outcome(context)
    raise CrashError


@pytest.mark.parametrize("work", [crash_before_work, crash_in_the_middle, crash_after_the_artifact])
def test_a_task_that_crashed_runs_again_as_if_nothing_had_been(
    context: Context, shop: Shop, work: Work
) -> None:
    job_id = shop.job(shop.product("bread"))
    task_id = shop.next_task()
    with pytest.raises(CrashError):
        run(context, task_id, work)
    assert shop.show_task(task_id).status == "running"

    shop.lease_ran_out(task_id)
    with shop.sessions.begin() as session:
        transitions.reclaim(session)
    assert shop.next_task() == task_id
    run(context, task_id)

    job = shop.show_job(job_id)
    assert (job.status, job.products_completed, job.products_failed) == ("completed", 1, 0)
    assert_whole(shop)


def test_a_crash_after_the_end_was_written_changes_nothing(context: Context, shop: Shop) -> None:
    def crash(task: Dispatch) -> None:
        raise CrashError

    job_id = shop.job(shop.product("bread"), shop.product("cake"))
    first = shop.next_task()
    shop.slots(1)
    with pytest.raises(CrashError):
        run(replace(context, send=crash), first)
    run(context, first)  # the broker gives the message out again

    job = shop.show_job(job_id)
    assert (job.status, job.products_completed) == ("running", 1)
    assert_whole(shop)


def assert_whole(shop: Shop) -> None:
    """One model, with all that belongs to it, once."""
    with shop.sessions() as session:
        counts = [
            session.scalar(select(func.count()).select_from(table))
            for table in (TrainedModel, ModelMetrics, ModelArtifact)
        ]
    assert counts == [1, 1, 1]


def test_the_end_of_a_job_puts_its_event_into_the_outbox_once(context: Context, shop: Shop) -> None:
    shop.job(shop.product("bread"))
    task_id = shop.next_task()
    run(context, task_id)
    run(context, task_id)

    with shop.sessions() as session:
        events = session.scalars(select(OutboxEvent)).all()
    assert [event.routing_key for event in events] == ["training.completed"]


def test_a_redis_that_is_away_costs_no_result(context: Context, shop: Shop) -> None:
    job_id = shop.job(shop.product("bread"))
    away = ProgressStream("redis://127.0.0.1:1/0")
    run(replace(context, stream=away), shop.next_task())

    assert shop.show_job(job_id).status == "completed"
    assert shop.events(job_id)[-1] == "job_completed"
