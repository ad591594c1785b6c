"""The heartbeat of a running task: keeps it ours, and learns when it has to end."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from db import transitions
from db.engine import Sessions
from db.transitions import Claim, LeaseTerms, Token
from worker.drain import Drain
from worker.errors import (
    LeaseLostError,
    TaskStoppedError,
    TrainingCancelledError,
    TrainingTimeoutError,
    WorkerDrainedError,
)

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0
RENEWALS_PER_LEASE = 4
UNWIND_WITHIN_S = 60.0
HAND_BACK_WITHIN_S = 5.0


class Lease:
    """Holds a claimed task while the block runs, from a thread of its own.

    The task asks `check` whether it may go on. One that goes on for a minute after it was told to
    end sits in native code that calls nothing back: then `overdue` is called, from the thread.
    """

    def __init__(
        self,
        sessions: Sessions,
        claim: Claim,
        *,
        lease_s: float,
        overdue: Callable[[TaskStoppedError], None],
        drain: Drain,
        look_every_s: float = LOOK_EVERY_S,
        unwind_within_s: float = UNWIND_WITHIN_S,
    ) -> None:
        self._sessions = sessions
        self._token = claim.token
        self._ends_at = time.monotonic() + claim.seconds_left
        self._lease_s = lease_s
        self._overdue = overdue
        self._drain = drain
        self._renew_every_s = lease_s / RENEWALS_PER_LEASE
        self._look_every_s = min(look_every_s, self._renew_every_s)
        self._unwind_within_s = unwind_within_s
        self._renewed_at = time.monotonic()
        self._finishes = False
        self._stop: TaskStoppedError | None = None
        self._stopped_at = 0.0
        self._released = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="lease", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._released.set()
        self._thread.join()

    def check(self) -> None:
        """Return if the task may go on, else raise why it may not."""
        self._check_clocks()
        if self._stop is not None:
            raise self._stop

    def should_finish(self) -> bool:
        """Whether what is done so far is wanted soon (a stop with `finish`)."""
        return self._finishes

    def _beat(self) -> None:
        while not self._released.wait(self._look_every_s):
            self._look()
            self._check_clocks()
            if self._stop and self._is_overdue(self._stop):
                self._overdue(self._stop)
                return

    def _is_overdue(self, stop: TaskStoppedError) -> bool:
        """A worker that ends has less patience: whoever runs it kills it soon."""
        is_drained = isinstance(stop, WorkerDrainedError)
        within_s = min(HAND_BACK_WITHIN_S, self._unwind_within_s)
        patience_s = within_s if is_drained else self._unwind_within_s
        return time.monotonic() - self._stopped_at >= patience_s

    def _look(self) -> None:
        now = time.monotonic()
        is_due = now - self._renewed_at >= self._renew_every_s
        ask = self._renewed if is_due else transitions.terms_of
        try:
            with self._sessions.begin() as session:
                terms = ask(session, self._token)
        except SQLAlchemyError:
            # Nobody else can take the task while the database is away; once it is back, a sweep
            # may come soon: what is due stays due at the next look.
            log.warning("lease not renewed", exc_info=True)
            return
        if is_due:
            self._renewed_at = now
        self._obey(terms)

    def _renewed(self, session: Session, token: Token) -> LeaseTerms | None:
        return transitions.renew(session, token, lease_s=self._lease_s)

    def _obey(self, terms: LeaseTerms | None) -> None:
        if terms is None:
            self._end(LeaseLostError("The task belongs to another worker by now"))
        elif terms.stop_mode == "abort":
            self._end(TrainingCancelledError("The training was stopped"))
        else:
            self._finishes = terms.stop_mode == "finish"
            self._ends_at = time.monotonic() + terms.seconds_left

    def _check_clocks(self) -> None:
        if time.monotonic() >= self._ends_at:
            self._end(
                TrainingTimeoutError(
                    "The job reached its time limit during this training."
                    " Models that were finished before are kept."
                )
            )
        if self._drain.is_over:
            self._end(WorkerDrainedError("The worker ends, another one goes on with the training"))

    def _end(self, stop: TaskStoppedError) -> None:
        if self._stop is None:
            self._stop, self._stopped_at = stop, time.monotonic()
