"""Keeps services running, each in its process, until told to stop."""

import subprocess
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Protocol

import structlog

from core.children import Child
from core.errors import EmbeddedError
from core.processes import kill_group, spawn, stop

log = structlog.get_logger(__name__)

POLL_S = 0.2
FIRST_DELAY_S = 0.5
MOST_DELAY_S = 30.0
STEADY_AFTER_S = 20.0


class Service(Protocol):
    """What is started, watched and stopped: a child process or an embedded server."""

    log: Path
    process: subprocess.Popen[bytes] | None

    def start(self) -> None:
        """Start the process (again)."""

    def stop(self) -> None:
        """End the process in order; do nothing if there is none."""


class ChildProcess:
    """A service that is one program."""

    def __init__(
        self, child: Child, *, environment: Mapping[str, str], directory: Path, log: Path
    ) -> None:
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self._child = child
        self._environment = {**environment, **child.environment}
        self._directory = directory

    def start(self) -> None:
        """Start the program."""
        self.process = spawn(
            self._child.command,
            log=self.log,
            environment=self._environment,
            directory=self._directory,
            death_signal=self._child.death_signal,
        )

    def stop(self) -> None:
        """Ask the program to end, ever more firmly."""
        if self.process is not None:
            stop(self.process, self._child.stop_signals)

    def kill(self) -> None:
        """End the program, and what it started, at once."""
        if self.process is not None:
            kill_group(self.process)


@dataclass(frozen=True, slots=True)
class Ended:
    """A service ended by itself: how, how often in a row soon after its start, and what follows."""

    name: str
    exit_code: int
    in_a_row: int
    delay_s: float
    log: Path


@dataclass(slots=True)
class _Watched:
    service: Service
    started_at: float
    in_a_row: int = 0
    due_at: float | None = None


class Supervisor:
    """Starts services in turn, starts again what ends, stops programs before servers."""

    def __init__(
        self,
        on_change: Callable[[Mapping[str, int]], None],
        on_end: Callable[[Ended], None],
    ) -> None:
        self._on_change = on_change
        self._on_end = on_end
        self._watched: dict[str, _Watched] = {}

    def start(self, name: str, service: Service) -> None:
        """Start a service and watch it from now on."""
        service.start()
        self._watched[name] = _Watched(service, started_at=time.monotonic())
        self._on_change(self.pids())

    def watch(self, stop: Event, tick: Callable[[], None]) -> None:
        """Until `stop` is set, start again what ends, and call `tick` in every round."""
        while not stop.wait(POLL_S):
            for name, watched in self._watched.items():
                self._look_after(name, watched)
            tick()

    def stop_all(self) -> None:
        """Stop the programs, all at once, then the servers that they write to, one by one.

        No program needs another one in order to end; each takes some seconds, mostly waiting.
        """
        programs = self._programs()
        with ThreadPoolExecutor(max_workers=len(programs) or 1) as pool:
            list(pool.map(_stop, programs, programs.values()))
        for name, watched in reversed(self._watched.items()):
            if name not in programs:
                _stop(name, watched.service)

    def kill_programs(self) -> None:
        """End all programs at once; servers still stop in order, and keep what they have."""
        for program in self._programs().values():
            program.kill()

    def pids(self) -> dict[str, int]:
        """The process of each service that has one."""
        return {
            name: watched.service.process.pid
            for name, watched in self._watched.items()
            if watched.service.process and watched.due_at is None
        }

    def _programs(self) -> dict[str, ChildProcess]:
        return {
            name: watched.service
            for name, watched in self._watched.items()
            if isinstance(watched.service, ChildProcess)
        }

    def _look_after(self, name: str, watched: _Watched) -> None:
        now = time.monotonic()
        process = watched.service.process
        if watched.due_at is None and process and process.poll() is not None:
            kill_group(process)
            self._note_end(name, watched, process.returncode)
        elif watched.due_at is not None and now >= watched.due_at:
            self._start_again(name, watched)

    def _start_again(self, name: str, watched: _Watched) -> None:
        watched.started_at = time.monotonic()
        try:
            watched.service.start()
        except (EmbeddedError, OSError):  # such as a full disk: try again later
            log.exception("service does not start", child=name)
            self._note_end(name, watched, exit_code=1)
            return
        watched.due_at = None
        self._on_change(self.pids())

    def _note_end(self, name: str, watched: _Watched, exit_code: int) -> None:
        now = time.monotonic()
        was_steady = now - watched.started_at > STEADY_AFTER_S
        watched.in_a_row = 1 if was_steady else watched.in_a_row + 1
        delay_s = min(FIRST_DELAY_S * 2 ** (watched.in_a_row - 1), MOST_DELAY_S)
        watched.due_at = now + delay_s
        ended = Ended(name, exit_code, watched.in_a_row, delay_s, watched.service.log)
        log.warning("service ended", child=name, exit_code=exit_code, restart_in_s=delay_s)
        self._on_change(self.pids())
        self._on_end(ended)


def _stop(name: str, service: Service) -> None:
    log.info("stopping", child=name)
    service.stop()
