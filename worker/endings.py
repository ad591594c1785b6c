"""How a task can end, and what is written down of it."""

import random
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy.orm import Session

from core.errors import ArtifactError
from core.progress import ProgressMessage
from db import transitions
from db.lifecycle.outcomes import LogLine, Outcome
from db.transitions import Token
from pipeline.errors import PipelineError
from worker.context import Context
from worker.database import UNAVAILABLE, in_transaction
from worker.errors import (
    LeaseLostError,
    TaskDataMissingError,
    TaskStoppedError,
    TrainingTimeoutError,
    WorkerDrainedError,
)

log = structlog.get_logger(__name__)

OPERATIONAL = (*UNAVAILABLE, OSError, ArtifactError, MemoryError)
"""What may be gone when the task is tried again. Timeouts, refused connections and a store that is
away are OSErrors.
"""

LONGEST_BACKOFF_S = 60.0

Change = Callable[[Session], Sequence[ProgressMessage] | None]
Steps = Sequence[LogLine]
"""How long each part of the task took."""


def finished(context: Context, token: Token, outcome: Outcome, steps: Steps = ()) -> None:
    _write(
        context,
        "task finished",
        lambda session: transitions.finish(session, token, outcome, steps),
    )


def stopped(context: Context, token: Token, stop: TaskStoppedError, steps: Steps = ()) -> None:
    """Cancelled, out of time, handed back, or no longer ours: then there is nothing to write."""
    if isinstance(stop, LeaseLostError):
        log.warning("lease lost", attempt=token.attempt)
    elif isinstance(stop, TrainingTimeoutError):
        refused(context, token, stop, steps)
    elif isinstance(stop, WorkerDrainedError):
        released(context, token, steps)
    else:
        _write(
            context,
            "task cancelled",
            lambda session: transitions.cancel_task(session, token, steps),
        )


def refused(
    context: Context,
    token: Token,
    error: PipelineError | TaskDataMissingError | TrainingTimeoutError,
    steps: Steps = (),
) -> None:
    """Trying again with the same input cannot help."""
    _write(
        context,
        "task failed",
        lambda session: transitions.fail(
            session,
            token,
            error_type=type(error).__name__,
            message=str(error),
            recommended_action=error.recommended_action,
            severity=error.severity,
            retry=False,
            steps=steps,
            warnings=getattr(error, "__notes__", ()),
        ),
    )


def interrupted(context: Context, token: Token, error: BaseException, steps: Steps = ()) -> None:
    """Something the task needs was away: it is tried again, later each time."""
    log.warning("task interrupted", error=repr(error), exc_info=True)
    _write(
        context,
        "task given back",
        lambda session: transitions.fail(
            session,
            token,
            error_type=type(error).__name__,
            message=f"A part of the system was not available: {_first_line(error)}",
            recommended_action="Train again later; tell the operator if it happens again",
            severity="high",
            retry=True,
            backoff_s=_backoff_s(token.attempt),
            steps=steps,
        ),
    )


def _backoff_s(attempt: int) -> float:
    """Twice as long after each attempt, and spread, so that what failed together does not come back
    together.
    """
    return random.uniform(0.75, 1.25) * min(2.0**attempt, LONGEST_BACKOFF_S)


def released(context: Context, token: Token, steps: Steps = ()) -> None:
    """The process shuts down: another one takes the task, and no attempt is used up."""
    _write(context, "task released", lambda session: transitions.release(session, token, steps))


def broken(context: Context, token: Token, error: Exception, steps: Steps = ()) -> None:
    """A defect of the program: the same again would happen, so it is not tried again."""
    _write(
        context,
        "task failed",
        lambda session: transitions.fail(
            session,
            token,
            error_type=type(error).__name__,
            message=f"The program met an unexpected error: {_first_line(error)}",
            recommended_action=f"Tell the operator; the log names it under task {token.task_id}",
            severity="high",
            retry=False,
            steps=steps,
        ),
    )


def _write(context: Context, event: str, change: Change) -> None:
    messages = in_transaction(context.sessions, change)
    if messages is None:
        log.warning("end not written, the task belongs to another worker", end=event)
        return
    context.stream.publish(messages)
    log.info(event)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
