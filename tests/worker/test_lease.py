import threading
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from db import transitions
from db.tables import DEFAULT_TENANT_ID
from db.transitions import Claim
from tests.worker.support import Shop
from worker.drain import Drain
from worker.errors import (
    LeaseLostError,
    TaskStoppedError,
    TrainingCancelledError,
    TrainingTimeoutError,
    WorkerDrainedError,
)
from worker.lease import Lease

WAIT_S = 20


class Overdue:
    """Waits for a lease to give up on its task."""

    def __init__(self) -> None:
        self.stop: TaskStoppedError | None = None
        self.called = threading.Event()

    def __call__(self, stop: TaskStoppedError) -> None:
        self.stop = stop
        self.called.set()

    def wait(self) -> TaskStoppedError:
        assert self.called.wait(WAIT_S), "the lease did not notice"
        assert self.stop is not None
        return self.stop


def ask_until_stopped(held: Lease) -> None:
    pause = threading.Event()
    for _ in range(int(WAIT_S / 0.02)):
        held.check()
        pause.wait(0.02)


@pytest.fixture
def overdue() -> Overdue:
    return Overdue()


def lease(
    shop: Shop,
    claim: Claim,
    overdue: Overdue,
    unwind_within_s: float = 0,
    drain: Drain | None = None,
) -> Lease:
    return Lease(
        shop.sessions,
        claim,
        lease_s=0.4,
        overdue=overdue,
        drain=drain or Drain(grace_s=0),
        look_every_s=0.05,
        unwind_within_s=unwind_within_s,
    )


def test_a_task_that_nobody_stops_may_go_on_beyond_its_first_lease(
    shop: Shop, overdue: Overdue
) -> None:
    shop.job(shop.product("bread"))
    claim = shop.claimed(lease_s=0.4)
    first_end = shop.show_task(claim.token.task_id).lease_expires_at
    assert first_end is not None

    with lease(shop, claim, overdue) as held:
        until_renewed = threading.Event()
        for _ in range(200):
            end = shop.show_task(claim.token.task_id).lease_expires_at
            if end is not None and end > first_end:
                break
            until_renewed.wait(0.05)
        held.check()

    assert end is not None
    assert end > first_end
    assert not overdue.called.is_set()


def test_a_renewal_that_failed_is_made_up_for_at_the_next_look(
    shop: Shop, overdue: Overdue
) -> None:
    """Once the database is back a sweep looks for leases that ran out, perhaps before a quarter of
    the next one has passed."""
    shop.job(shop.product("bread"))
    claim = shop.claimed()
    engine = shop.sessions.kw["bind"]
    asked: list[str] = []
    again = threading.Event()

    def database_away_once(*call: Any) -> None:
        asked.append("renewal" if call[2].lstrip().startswith("UPDATE") else "question")
        if asked.count("renewal") == 1 and asked[-1] == "renewal":
            raise OperationalError(call[2], {}, Exception("the server is gone"))
        if "renewal" in asked[:-1]:
            again.set()

    event.listen(engine, "before_cursor_execute", database_away_once)
    try:
        with lease(shop, claim, overdue):
            assert again.wait(WAIT_S)
    finally:
        event.remove(engine, "before_cursor_execute", database_away_once)
    assert asked[asked.index("renewal") + 1] == "renewal"


def test_a_stopped_job_stops_its_task(shop: Shop, overdue: Overdue) -> None:
    job_id = shop.job(shop.product("bread"))
    with lease(shop, shop.claimed(), overdue) as held:
        with shop.sessions.begin() as session:
            transitions.request_stop(session, DEFAULT_TENANT_ID, job_id, "abort")
        assert isinstance(overdue.wait(), TrainingCancelledError)
        with pytest.raises(TrainingCancelledError):
            held.check()


def test_a_job_that_shall_finish_lets_its_running_task_end(shop: Shop, overdue: Overdue) -> None:
    job_id = shop.job(shop.product("bread"))
    with lease(shop, shop.claimed(), overdue) as held:
        with shop.sessions.begin() as session:
            transitions.request_stop(session, DEFAULT_TENANT_ID, job_id, "finish")
        assert not overdue.called.wait(0.5)
        held.check()


def test_a_passed_deadline_stops_the_task_at_its_next_question(
    shop: Shop, overdue: Overdue
) -> None:
    shop.job(shop.product("bread"), timeout_s=1)
    held = lease(shop, shop.claimed(), overdue, unwind_within_s=60)
    with held, pytest.raises(TrainingTimeoutError):
        ask_until_stopped(held)


def test_a_task_taken_by_another_worker_is_lost(shop: Shop, overdue: Overdue) -> None:
    shop.job(shop.product("bread"))
    claim = shop.claimed()
    with lease(shop, claim, overdue) as held:
        shop.lease_ran_out(claim.token.task_id)
        with shop.sessions.begin() as session:
            transitions.reclaim(session)
        assert isinstance(overdue.wait(), LeaseLostError)
        with pytest.raises(LeaseLostError):
            held.check()


def test_a_task_has_time_to_unwind(shop: Shop, overdue: Overdue) -> None:
    job_id = shop.job(shop.product("bread"))
    with lease(shop, shop.claimed(), overdue, unwind_within_s=60) as held:
        with shop.sessions.begin() as session:
            transitions.request_stop(session, DEFAULT_TENANT_ID, job_id, "abort")
        assert not overdue.called.wait(0.3)
        with pytest.raises(TrainingCancelledError):
            held.check()


def test_a_worker_that_drains_takes_its_task_back_after_the_grace(
    shop: Shop, overdue: Overdue
) -> None:
    shop.job(shop.product("bread"))
    drain = Drain(grace_s=0.5)
    with lease(shop, shop.claimed(), overdue, unwind_within_s=60, drain=drain) as held:
        drain.begin()
        held.check()
        with pytest.raises(WorkerDrainedError):
            ask_until_stopped(held)


def test_a_task_that_does_not_unwind_is_overdue_soon_when_its_worker_drains(
    shop: Shop, overdue: Overdue
) -> None:
    shop.job(shop.product("bread"))
    drain = Drain(grace_s=0)
    with lease(shop, shop.claimed(), overdue, unwind_within_s=3600, drain=drain):
        drain.begin()
        assert isinstance(overdue.wait(), WorkerDrainedError)
