"""Celery workers and beat, each in a session of its own, as the launcher starts them."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psutil
import pytest

from core.children import Child, service_plan
from core.processes import spawn
from core.settings import Settings
from db.tables import TrainingJob
from tests.worker.support import Shop

ROOT = Path(__file__).parents[2]
REACH_S = 150

Program = tuple[str, Sequence[str], dict[str, str]]
"""A name, a command and an environment."""


@dataclass
class Fleet:
    """Training workers, a housekeeping worker and beat, and what they work on."""

    shop: Shop
    programs: dict[str, subprocess.Popen[bytes]]
    logs: Path

    def wait_until(self, is_reached: Callable[[], bool]) -> None:
        pause = threading.Event()
        for _ in range(REACH_S * 10):
            if is_reached():
                return
            pause.wait(0.1)
        tails = (f"{log.name}:\n{log.read_text()[-3000:]}" for log in self.logs.glob("*.log"))
        pytest.fail(f"not reached within {REACH_S} s\n" + "\n".join(tails))

    def wait_for(self, job_id: UUID, is_reached: Callable[[TrainingJob], bool]) -> None:
        self.wait_until(lambda: is_reached(self.shop.show_job(job_id)))

    def children(self, name: str) -> list[psutil.Process]:
        try:
            return psutil.Process(self.programs[name].pid).children()
        except psutil.NoSuchProcess:
            return []


@contextmanager
def running_fleet(
    settings: Settings,
    shop: Shop,
    logs: Path,
    *,
    training_workers: int = 1,
    keepers: int = 1,
    with_flower: bool = False,
) -> Iterator[Fleet]:
    """Training workers are called `training-1` and so on; a second keeper is a housekeeping worker
    and a beat of the name `housekeeping-2` and `beat-2`.
    """
    fleet = Fleet(shop, {}, logs)
    programs = [*_programs(settings, training_workers, keepers)]
    if with_flower:
        programs.append(_flower(settings))
    try:
        for name, command, environment in programs:
            fleet.programs[name] = spawn(
                command,
                log=logs / f"{name}.log",
                environment={**environment, "TMPDIR": str(logs)},
                directory=ROOT,
                death_signal=signal.SIGKILL,
            )
        yield fleet
    finally:
        for program in fleet.programs.values():
            program.kill()  # its children end with it
            program.wait()


def _programs(settings: Settings, training_workers: int, keepers: int) -> Iterator[Program]:
    children = {child.name: child for child in service_plan(settings).then}
    for name in ("housekeeping", "beat"):
        yield name, children[name].command, _environment(children[name], settings)
    for number in range(2, keepers + 1):
        housekeeping, beat = children["housekeeping"], children["beat"]
        command = (*housekeeping.command, f"--hostname=housekeeping-{number}@%h")
        yield f"housekeeping-{number}", command, _environment(housekeeping, settings)
        yield f"beat-{number}", beat.command, _environment(beat, settings)
    training = children["training"]
    for number in range(1, training_workers + 1):
        command = (*training.command, f"--hostname=training-{number}@%h")  # the last one counts
        yield f"training-{number}", command, _environment(training, settings)


def _flower(settings: Settings) -> Program:
    plan = service_plan(settings, with_flower=True)
    flower = next(child for child in plan.then if child.name == "flower")
    return flower.name, flower.command, _environment(flower, settings)


def _environment(child: Child, settings: Settings) -> dict[str, str]:
    return {**os.environ, **settings.to_environment(), **child.environment}


def assert_done_once(shop: Shop, job_id: UUID, products: list[UUID]) -> None:
    """Each product has one model, and no message of the job is missing or there twice."""
    job = shop.show_job(job_id)
    assert (job.products_completed, job.products_failed) == (len(products), 0)
    assert sorted(model.product_id for model in shop.models()) == sorted(products)
    events = shop.events(job_id)
    assert events.count("task_completed") == len(products)
    assert events.count("job_completed") == 1
