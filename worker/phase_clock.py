"""How long each phase of a training takes, for ENABLE_PROFILING."""

import time
from collections.abc import Callable

import structlog

from pipeline.progress import Progress, ProgressCallback

log = structlog.get_logger(__name__)


class PhaseClock:
    """Passes every step on, and logs the duration of a phase when the next one begins."""

    def __init__(
        self, on_progress: ProgressCallback, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._on_progress = on_progress
        self._clock = clock
        self._phase: str | None = None
        self._began_at = clock()

    def __call__(self, progress: Progress) -> None:
        if progress.phase != self._phase:
            now = self._clock()
            if self._phase is not None:
                log.info("phase ended", phase=self._phase, seconds=round(now - self._began_at, 3))
            self._phase, self._began_at = progress.phase, now
        self._on_progress(progress)
