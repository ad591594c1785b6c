"""The progress callback of a running task: says how far it is, and stops it when it has to."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pipeline.progress import Progress
from worker.pace import Pace, SteadyPace

MOST_LOGS = 50
_STEADY = SteadyPace()


class Reporter:
    """Passes progress on at a pace, and lets nothing but log lines beyond a limit get lost: what
    comes in between is merged into the next report.

    `check` is called first, every time: it raises when the task has to stop.
    """

    def __init__(
        self,
        report: Callable[[Progress], None],
        check: Callable[[], None],
        pace: Pace = _STEADY,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._report = report
        self._check = check
        self._pace = pace
        self._clock = clock
        self._lock = threading.Lock()
        self._latest: Progress | None = None
        self._is_told = True
        self._phase: str | None = None
        self._percentage = 0.0
        self._began_at = self._reported_at = clock()
        self._metrics: dict[str, Any] = {}
        self._logs: deque[str] = deque(maxlen=MOST_LOGS)

    def __call__(self, progress: Progress) -> None:
        self._check()
        with self._lock:
            if self._ends_phase(progress):
                self._pass_on_rest()
            self._metrics.update(progress.metrics)
            self._logs.extend(progress.logs)
            self._percentage = max(self._percentage, progress.percentage)
            self._latest, self._is_told = progress, False
            if self._is_due(progress.phase):
                self._pass_on(progress)

    def tick(self) -> None:
        """Tell what was held back once it is due, or the same again where the pace wants that."""
        with self._lock:
            latest = self._latest
            if latest is None or (self._is_told and not self._pace.repeats(latest.phase)):
                return
            if self._is_due(latest.phase):
                self._pass_on(latest)

    def flush(self) -> None:
        """Tell what was held back: the work is done."""
        with self._lock:
            self._pass_on_rest()

    def _ends_phase(self, progress: Progress) -> bool:
        """Whether this is the first step behind a phase whose last step must not be lost."""
        last = self._latest
        return (
            last is not None and last.phase != progress.phase and self._pace.tells_last(last.phase)
        )

    def _pass_on_rest(self) -> None:
        if self._latest is not None and not self._is_told:
            self._pass_on(self._latest)

    def _is_due(self, phase: str) -> bool:
        now = self._clock()
        least_s = self._pace.least_s(
            phase, is_new=phase != self._phase, running_s=now - self._began_at
        )
        return now - self._reported_at >= least_s

    def _pass_on(self, progress: Progress) -> None:
        merged = replace(
            progress,
            percentage=self._percentage,
            metrics=self._metrics,
            logs=tuple(self._logs),
        )
        self._phase, self._reported_at = progress.phase, self._clock()
        self._is_told = True
        self._metrics = {}
        self._logs = deque(maxlen=MOST_LOGS)
        self._report(merged)
