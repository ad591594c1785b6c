"""The service with four training workers on one machine, and how parts of it are killed."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from core.children import ALONE, TRAINING
from core.processes import spawn
from tests.e2e.service import ROOT, Service, running_service
from tests.fixtures.waiting import PATIENCE_S

EXTRA_WORKERS = 3
RESTART_S = 60


@dataclass
class Fleet:
    service: Service
    environment: dict[str, str]
    extra: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def hire(self) -> None:
        """One more training worker, as on a machine of its own."""
        name = f"--hostname=extra{len(self.extra)}-{random.getrandbits(24):06x}@%h"
        command = [sys.executable, "-m", *TRAINING, "--concurrency=1", name, *ALONE]
        log = self.service.data_directory / "logs" / "extra.log"
        worker = spawn(
            command,
            log=log,
            environment=self.environment,
            directory=ROOT,
            death_signal=signal.SIGKILL,
        )
        self.extra.append(worker)

    def dismiss(self, worker: subprocess.Popen[bytes]) -> None:
        """End a worker and its children, the hard way."""
        processes = _family(worker.pid)
        for process in processes:
            _kill(process)
        worker.wait(PATIENCE_S)
        psutil.wait_procs(processes, timeout=PATIENCE_S)
        self.extra.remove(worker)

    def kill_worker(self, chance: random.Random) -> None:
        self.dismiss(chance.choice(self.extra))
        self.hire()

    def part(self, name: str) -> psutil.Process:
        """A program of the service; one that was just killed is waited for."""
        self.service.wait_until(lambda: self._is_up(name), RESTART_S)
        return self.service.child(name)

    def _is_up(self, name: str) -> bool:
        try:
            return self.service.child(name).is_running()
        except (OSError, ValueError, KeyError, psutil.Error):
            return False

    def kill_task(self, chance: random.Random) -> None:
        """The process in which one training runs, not its worker."""
        children = [
            child
            for worker in (self.part("training").pid, *(one.pid for one in self.extra))
            for child in _family(worker)[1:]
        ]
        if children:
            _kill(chance.choice(children))

    def kill_service_part(self, chance: random.Random) -> None:
        _kill(self.part(chance.choice(["api", "housekeeping", "beat", "training"])))

    def empty_redis(self, chance: random.Random) -> None:
        self.part("housekeeping")  # it knows the address
        self.service.flush_broker()


Blow = Callable[[random.Random], None]


@contextmanager
def running_fleet(directory: Path, **variables: str) -> Iterator[Fleet]:
    with running_service(directory, WORKER_CONCURRENCY="1", **variables) as service:
        environment = {**os.environ, **service.child("training").environ()}
        fleet = Fleet(service, environment)
        try:
            for _ in range(EXTRA_WORKERS):
                fleet.hire()
            yield fleet
        finally:
            for worker in list(fleet.extra):
                fleet.dismiss(worker)


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _kill(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        process.kill()
