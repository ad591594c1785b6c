"""An answer for all products and workers: one of them asks, the others wait for what it gets."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from db.engine import Sessions
from db.operation import source_cache
from db.operation.source_cache import Answer, FetchLease
from db.tenancy import as_system
from worker.sources.asking import Check
from worker.sources.errors import SourceError

FAILURES_KEPT_S = 60.0
SPARE_S = 5.0
FIRST_LOOK_S, LONGEST_LOOK_S = 0.05, 0.5


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long an answer is good, and how long fetching it may take."""

    hours: float
    deadline_s: float

    @property
    def lease_s(self) -> float:
        """After this a fetcher is taken for dead."""
        return self.deadline_s + SPARE_S

    @property
    def patience_s(self) -> float:
        """Long enough to see a fetcher die and to wait for another one."""
        return 2 * self.lease_s + SPARE_S


def cached(
    sessions: Sessions,
    source: str,
    key: str,
    fetch: Callable[[], Any],
    check: Check,
    keeping: Keeping,
) -> Answer:
    """The kept answer of the key, or a new one; with an error, and the old answer, if there is
    none.
    """
    pause, pause_s = threading.Event(), FIRST_LOOK_S
    until = time.monotonic() + keeping.patience_s
    while time.monotonic() < until:
        with as_system(), sessions.begin() as session:
            answer = source_cache.fresh(session, key)
            lease = None
            if answer is None:
                lease = source_cache.take_lease(session, key, source, lease_s=keeping.lease_s)
        if answer is not None:
            return answer
        if lease is not None:
            return _fetched(sessions, lease, fetch, keeping)
        check()
        pause.wait(pause_s)
        pause_s = min(2 * pause_s, LONGEST_LOOK_S)
    return _old(sessions, key, f"The {source} service did not answer another task in time")


def _fetched(
    sessions: Sessions, lease: FetchLease, fetch: Callable[[], Any], keeping: Keeping
) -> Answer:
    try:
        payload = fetch()
    except SourceError as error:
        with as_system(), sessions.begin() as session:
            source_cache.store_failure(session, lease, str(error), keep_s=FAILURES_KEPT_S)
        return _old(sessions, lease.key, str(error))
    except BaseException:  # a stop, a bug: whatever it is, another task need not wait for us
        with as_system(), sessions.begin() as session:
            source_cache.release(session, lease)
        raise
    with as_system(), sessions.begin() as session:
        source_cache.store(session, lease, payload, keep_s=keeping.hours * 3600)
        stored = source_cache.stale(session, lease.key)
    return Answer(payload, None if stored is None else stored.fetched_at, None)


def _old(sessions: Sessions, key: str, error: str) -> Answer:
    with as_system(), sessions() as session:
        old = source_cache.stale(session, key)
    return Answer(None, None, error) if old is None else replace(old, error=error)
