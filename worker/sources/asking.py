"""A question to a source by a task that may be stopped meanwhile, through the common breaker."""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

import structlog

from db.engine import Sessions
from db.operation import source_health
from db.tenancy import as_system
from worker.sources.errors import BadAnswerError, BreakerOpenError, SourceUnavailableError

log = structlog.get_logger(__name__)

T = TypeVar("T")
Check = Callable[[], None]
"""Asked often while a task waits; raises when the task has to stop."""

LOOK_EVERY_S = 0.2


def ask(
    sessions: Sessions,
    source: str,
    question: Callable[[threading.Event], T],
    check: Check,
    *,
    deadline_s: float,
) -> T:
    """What the question answers; raises `SourceError`, or what `check` raises.

    No transaction is open while it waits. What the source refuses is no sign of its health.
    """
    with as_system(), sessions.begin() as session:
        if not source_health.may_ask(session, source, probe_s=deadline_s + LOOK_EVERY_S):
            raise BreakerOpenError(source, "failed several times and is not asked for a minute")
    try:
        answer = _beside(question, check)
    except (SourceUnavailableError, BadAnswerError) as error:
        log.warning("source failed", source=source, reason=error.reason)
        with as_system(), sessions.begin() as session:
            source_health.failed(session, source, str(error))
        raise
    with as_system(), sessions.begin() as session:
        source_health.succeeded(session, source)
    return answer


def _beside(question: Callable[[threading.Event], T], check: Check) -> T:
    """Run the question in a thread, so that a stop need not wait for a silent peer.

    The thread that is left behind ends with its next byte, pause or timeout.
    """
    given_up = threading.Event()
    done = threading.Event()
    ended: SimpleQueue[tuple[T, None] | tuple[None, BaseException]] = SimpleQueue()

    def run() -> None:
        try:
            ended.put((question(given_up), None))
        except BaseException as error:  # noqa: BLE001  # it is raised in the thread that waits
            ended.put((None, error))
        done.set()

    threading.Thread(target=run, name="source", daemon=True).start()
    try:
        while not done.wait(LOOK_EVERY_S):
            check()
    finally:
        given_up.set()
    answer, error = ended.get()
    if error is not None:
        raise error
    return answer  # type: ignore[return-value]  # without an error it is the answer
