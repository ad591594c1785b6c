"""A process of the training worker makes itself known, so that the dispatcher counts its slot.

Each child of the pool speaks for itself: a thread or a connection of the parent would be inherited
by every child forked later.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError

from db.jobs import workers
from worker.context import Context
from worker.dispatcher import dispatch_if_possible

log = structlog.get_logger(__name__)

EVERY_S = 4.0
LOOK_EVERY_S = 0.5


class Presence:
    """One slot, announced every few seconds from a thread.

    It is taken away at `leave`, and when the worker drains: at once if the slot is free, else when
    its task has ended. What waits is dispatched after that, to slots that stay.
    """

    def __init__(self, context: Context, *, every_s: float = EVERY_S) -> None:
        self._context = context
        self._every_s = every_s
        self._left = threading.Event()
        self._is_taken = False
        self._thread = threading.Thread(target=self._stay, name="presence", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """The slot is taken while the block runs."""
        self._is_taken = True
        try:
            yield
        finally:
            self._is_taken = False
            if self._context.drain.is_on:
                self.leave()

    def leave(self) -> None:
        """Stop, and take the slot away at once."""
        self._left.set()
        self._thread.join()

    def _stay(self) -> None:
        is_known = False
        while not self._is_over():
            is_announced = self._announce()
            if is_announced and not is_known:
                # A free slot that nobody knew of: what waits need not wait for the next sweep.
                dispatch_if_possible(self._context)
            is_known = is_announced
            self._pause()
        withdraw(self._context)

    def _pause(self) -> None:
        until = time.monotonic() + self._every_s
        while not self._is_over() and time.monotonic() < until:
            self._left.wait(min(LOOK_EVERY_S, self._every_s))

    def _is_over(self) -> bool:
        return self._left.is_set() or (self._context.drain.is_on and not self._is_taken)

    def _announce(self) -> bool:
        try:
            with self._context.sessions.begin() as session:
                workers.heartbeat(session, self._context.worker, slots=1)
        except (
            SQLAlchemyError
        ):  # tables that are not migrated yet come, like a database that is away
            log.warning("slot not announced", exc_info=True)
            return False
        return True


def withdraw(context: Context) -> None:
    """Take away the slot of this process, and dispatch what waits to those that stay."""
    try:
        with context.sessions.begin() as session:
            workers.leave(session, context.worker)
    except SQLAlchemyError:
        log.warning("slot not taken away, it will expire", exc_info=True)
    else:
        dispatch_if_possible(context)
