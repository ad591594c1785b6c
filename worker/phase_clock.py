"""How long each phase of a task takes: for its log, for traces and for ENABLE_PROFILING."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import structlog

from db.lifecycle.outcomes import LogLine
from pipeline.progress import Progress, ProgressCallback

log = structlog.get_logger(__name__)

FIRST_PHASE = "data_loading"
LAST_PHASE = "model_storing"


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of work; `began_at` is in seconds since the epoch."""

    name: str
    began_at: float
    seconds: float


class PhaseClock:
    """A phase lasts until the next one begins. A phase may come again."""

    def __init__(
        self, *, profile: bool = False, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._profile = profile
        self._clock = clock
        self._began_at = clock()
        self._since_epoch = time.time() - self._began_at
        self._name = FIRST_PHASE
        self.phases: list[Phase] = []

    def watch(self, on_progress: ProgressCallback) -> ProgressCallback:
        """Passes every step on, and notices which phase it belongs to."""

        def note(progress: Progress) -> None:
            self.enter(progress.phase)
            on_progress(progress)

        return note

    @contextmanager
    def running(self) -> Iterator[None]:
        """Inside the block `enter_phase` means this clock; afterwards nothing is counted."""
        token = _running.set(self)
        try:
            yield
        finally:
            _running.reset(token)
            self.end()

    def enter(self, name: str) -> None:
        """From now on it is this phase."""
        if name != self._name:
            self.end()
            self._name = name

    def end(self) -> None:
        """The phase ends here."""
        now = self._clock()
        seconds = now - self._began_at
        self.phases.append(Phase(self._name, self._since_epoch + self._began_at, seconds))
        self._began_at = now
        if self._profile:
            log.info("phase ended", phase=self._name, seconds=round(seconds, 3))

    def log_lines(self) -> list[LogLine]:
        """A line for each phase, in the order in which they began."""
        seconds: dict[str, float] = {}
        for phase in self.phases:
            seconds[phase.name] = seconds.get(phase.name, 0.0) + phase.seconds
        return [
            LogLine(
                message=f"{name.replace('_', ' ').capitalize()} took {spent:.2f} s",
                level="DEBUG",
                step_name=name,
                execution_time_ms=round(1000 * spent),
            )
            for name, spent in seconds.items()
        ]


_running: ContextVar[PhaseClock | None] = ContextVar("phase_clock", default=None)


def enter_phase(name: str) -> None:
    """Say that the running task now does something that its pipeline does not tell of."""
    clock = _running.get()
    if clock is not None:
        clock.enter(name)
