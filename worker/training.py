"""The story of one task: claim it, do its work, write down how it ended, hand out the next.

Nothing here knows Celery. Every step can be repeated: what is written is guarded by the token of
the claim, and whoever loses the claim stops without a trace.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from uuid import UUID

import structlog
from threadpoolctl import ThreadpoolController

from core.logs import bind
from core.settings import Settings
from db import transitions
from db.lifecycle.outcomes import Outcome
from db.tenancy import as_tenant
from db.transitions import Claim
from pipeline.errors import PipelineError
from pipeline.progress import Progress, ProgressCallback
from worker import endings
from worker.batch_predictions import predict_file
from worker.context import Context
from worker.database import UNAVAILABLE, in_transaction
from worker.dispatcher import dispatch_if_possible
from worker.errors import TaskDataMissingError, TaskStoppedError
from worker.lease import UNWIND_WITHIN_S, Lease
from worker.pace import Pace, SteadyPace, TablePace, ticking
from worker.phase_clock import PhaseClock
from worker.presence import withdraw
from worker.products import train_product
from worker.reporter import Reporter
from worker.scratch import scratch_directory
from worker.shared import fit_shared_profile
from worker.tables import train_uploaded_table

log = structlog.get_logger(__name__)

Work = Callable[[Claim, Context, ProgressCallback], Outcome]

WORK: Mapping[str, Work] = {
    "product": train_product,
    "table": train_uploaded_table,
    "shared": fit_shared_profile,
    "prediction": predict_file,
}

PRODUCT_PACE = SteadyPace(least_interval_s=1.0, least_phase_s=0.5)
"""A product is one of many: its short phases are not told one by one, those of a table are."""

PACES: Mapping[str, Pace] = {"product": PRODUCT_PACE, "table": TablePace()}

EXIT_OVERDUE = 70


def run_task(
    task_id: UUID,
    context: Context,
    work: Mapping[str, Work] = WORK,
    *,
    unwind_within_s: float = UNWIND_WITHIN_S,
) -> None:
    """Run the task if it is free to be run; returns when its end is written down."""
    settings = context.settings
    claim = in_transaction(
        context.sessions,
        lambda session: transitions.claim(
            session, task_id, worker=context.worker, lease_s=settings.lease_seconds
        ),
    )
    if claim is None:
        log.info("task not free", task_id=str(task_id))
        return
    token = claim.token
    with bind(
        request_id=claim.request_id,
        tenant_id=token.tenant_id,
        job_id=token.job_id,
        task_id=token.task_id,
    ):
        log.info("task claimed", kind=claim.kind, attempt=token.attempt)
        context.stream.publish(claim.messages)
        try:
            with as_tenant(token.tenant_id):
                _run_claimed(claim, context, work[claim.kind], unwind_within_s)
        finally:
            if not context.drain.is_on:  # else its slot is taken away first, in `worker.presence`
                dispatch_if_possible(context)


def _run_claimed(claim: Claim, context: Context, work: Work, unwind_within_s: float) -> None:
    clock = PhaseClock(profile=context.settings.enable_profiling)
    lease = Lease(
        context.sessions,
        claim,
        lease_s=context.settings.lease_seconds,
        overdue=partial(_leave_process, claim, context, clock),
        drain=context.drain,
        unwind_within_s=unwind_within_s,
    )
    with lease:
        try:
            outcome = _work(claim, context, work, lease, clock)
            endings.finished(context, claim.token, outcome, clock.log_lines())
        except TaskStoppedError as stop:
            endings.stopped(context, claim.token, stop, clock.log_lines())
        except (PipelineError, TaskDataMissingError) as error:
            endings.refused(context, claim.token, error, clock.log_lines())
        except endings.OPERATIONAL as error:
            endings.interrupted(context, claim.token, error, clock.log_lines())
        except SystemExit:  # the pool shuts down
            endings.released(context, claim.token, clock.log_lines())
            raise
        except Exception as error:  # a bug of ours: its task ends, and the process hears of it
            log.exception("task failed unexpectedly")
            endings.broken(context, claim.token, error, clock.log_lines())
            raise


def _work(claim: Claim, context: Context, work: Work, lease: Lease, clock: PhaseClock) -> Outcome:
    reporter = Reporter(
        partial(_report, claim, context),
        lease.check,
        PACES.get(claim.kind, SteadyPace()),
    )
    with (
        _traced(claim, context, clock),
        scratch_directory(),
        _thread_pools().limit(limits=_threads(claim, context.settings)),
    ):
        own = replace(context, should_finish=lease.should_finish, check=lease.check)
        with _told_to_the_end(claim, reporter):
            outcome = work(claim, own, clock.watch(reporter))
    lease.check()
    return outcome


@contextmanager
def _told_to_the_end(claim: Claim, reporter: Reporter) -> Iterator[None]:
    """Who uploaded a table watches it: nothing of its progress is left unsaid."""
    if claim.kind != "table":
        yield
        return
    with ticking(reporter.tick):
        yield
    reporter.flush()


@contextmanager
def _traced(claim: Claim, context: Context, clock: PhaseClock) -> Iterator[None]:
    """One span for the task, in the trace of the request that asked for it, and one per phase."""
    token, tracing = claim.token, context.tracing
    attributes: dict[str, str | int | float] = {
        "model_studio.tenant_id": str(token.tenant_id),
        "model_studio.job_id": str(token.job_id),
        "model_studio.task_id": str(token.task_id),
        "model_studio.attempt": token.attempt,
    }
    with tracing.span(f"{claim.kind} task", parent=claim.trace_context, attributes=attributes):
        try:
            with clock.running():
                yield
        finally:
            for phase in clock.phases:
                tracing.add_step(phase.name, began_at=phase.began_at, seconds=phase.seconds)


def _threads(claim: Claim, settings: Settings) -> dict[str, int]:
    """The algebra of forecasts has small matrices: threads that share one wait for each other ten
    times as long as it takes, as soon as another program wants their cores.
    """
    algebra = settings.task_threads if claim.kind == "table" else 1
    return {"blas": algebra, "openmp": settings.task_threads}


@cache
def _thread_pools() -> ThreadpoolController:
    """Of the libraries that the pipeline loads; finding them takes longer than a small training."""
    return ThreadpoolController()


def _report(claim: Claim, context: Context, progress: Progress) -> None:
    try:
        with context.sessions.begin() as session:
            messages = transitions.report(
                session,
                claim.token,
                phase=progress.phase,
                percentage=progress.percentage,
                message=progress.message,
                metrics=progress.metrics,
                logs=progress.logs,
            )
    except UNAVAILABLE:
        log.warning("progress not recorded", exc_info=True)
    else:
        context.stream.publish(messages)


def _leave_process(
    claim: Claim, context: Context, clock: PhaseClock, stop: TaskStoppedError
) -> None:
    """The task does not come back from native code: its end is written, its process given up with
    its slot."""
    log.error("task does not unwind", task_id=str(claim.token.task_id), reason=str(stop))
    clock.end()
    endings.stopped(context, claim.token, stop, clock.log_lines())
    withdraw(context)
    os._exit(EXIT_OVERDUE)
