"""Workers that are told to end, in the middle of trainings, while others go on."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import pytest

from core.embedded import EmbeddedValkey
from core.settings import Settings
from db.jobs import workers
from tests.worker.celery_fleet import Fleet, assert_done_once, running_fleet
from tests.worker.support import SIGNING_KEY, Shop

LEASE_S = 300
"""So long that no test ends in time if a task waits for its lease instead of being handed back."""


@pytest.fixture
def settings(
    fresh_database_url: str, own_valkey: Callable[[], EmbeddedValkey], tmp_path: Path
) -> Settings:
    return Settings(
        database_url=fresh_database_url,
        redis_url=own_valkey().url,
        artifact_signing_key=SIGNING_KEY,
        model_storage_path=str(tmp_path / "models"),
        worker_concurrency=1,
        worker_grace_seconds=0,  # whatever the machine, no training ends within
        lease_seconds=LEASE_S,
    )


@pytest.fixture
def start(settings: Settings, shop: Shop, tmp_path: Path) -> Iterator[Callable[[int], Fleet]]:
    """Starts a fleet with so many training workers: `training-1`, `training-2`, …"""
    with ExitStack() as stack:
        yield lambda count: stack.enter_context(
            running_fleet(settings, shop, tmp_path, training_workers=count)
        )


def slots(shop: Shop) -> int:
    with shop.sessions() as session:
        return workers.live_slots(session)


def holder(fleet: Fleet, task_id: UUID) -> str:
    """The name of the program whose child works on a task."""
    worker = fleet.shop.show_task(task_id).worker
    assert worker is not None
    child = int(worker.rsplit(":", 1)[1])
    return next(
        name
        for name in fleet.programs
        if child in [process.pid for process in fleet.children(name)]
    )


def test_a_long_training_moves_to_another_worker_and_no_attempt_is_used_up(
    start: Callable[[int], Fleet],
) -> None:
    fleet = start(2)
    fleet.wait_until(lambda: slots(fleet.shop) == 2)
    product = fleet.shop.product("bread", days=6_000)
    job_id = fleet.shop.job(product, budget="best", engine="stan")  # takes its time
    (task_id,) = fleet.shop.task_ids(job_id)
    fleet.wait_until(lambda: fleet.shop.show_task(task_id).phase == "backtest")
    first = holder(fleet, task_id)

    fleet.programs[first].send_signal(signal.SIGTERM)
    assert fleet.programs[first].wait(120) == 0
    assert slots(fleet.shop) == 1
    fleet.wait_for(job_id, lambda job: job.status == "completed")
    assert holder(fleet, task_id) != first
    task = fleet.shop.show_task(task_id)
    assert task.max_attempts - task.attempt == 2

    assert_done_once(fleet.shop, job_id, [product])
    assert list(fleet.logs.glob("model-studio-task-*")) == []


def test_a_worker_that_is_shut_down_in_a_hurry_gives_its_task_back(
    start: Callable[[int], Fleet],
) -> None:
    fleet = start(1)
    bread = fleet.shop.product("bread", days=6_000)
    job_id = fleet.shop.job(bread, budget="best", engine="stan")  # takes its time
    (task_id,) = fleet.shop.task_ids(job_id)
    fleet.wait_until(lambda: fleet.shop.show_task(task_id).phase == "backtest")

    training = fleet.programs["training-1"]
    training.send_signal(signal.SIGTERM)
    training.send_signal(signal.SIGQUIT)
    training.wait(60)

    task = fleet.shop.show_task(task_id)
    assert task.status == "pending"
    assert task.max_attempts - task.attempt == 3
    assert list(fleet.logs.glob("model-studio-task-*")) == []


def test_a_training_that_ends_within_the_grace_is_finished_by_its_worker(
    settings: Settings, shop: Shop, tmp_path: Path
) -> None:
    patient = settings.model_copy(update={"worker_grace_seconds": 120})
    with running_fleet(patient, shop, tmp_path, training_workers=1) as fleet:
        bread = shop.product("bread", days=200)
        job_id = shop.job(bread, algorithm="prophet", engine="stan")  # takes its time
        (task_id,) = shop.task_ids(job_id)
        fleet.wait_until(lambda: shop.show_task(task_id).status == "running")
        fleet.programs["training-1"].send_signal(signal.SIGTERM)
        assert fleet.programs["training-1"].wait(120) == 0

    assert shop.show_job(job_id).status == "completed"
    assert shop.show_task(task_id).attempt == 1
