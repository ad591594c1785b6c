"""The progress callback of a running task: says how far it is, and stops it when it has to."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pipeline.progress import Progress

MOST_LOGS = 50


class Reporter:
    """Passes progress on, at most every half second within a phase, and lets nothing but log lines
    beyond a limit get lost: what comes in between is merged into the next report.

    `check` is called first, every time: it raises when the task has to stop.
    """

    def __init__(
        self,
        report: Callable[[Progress], None],
        check: Callable[[], None],
        *,
        least_interval_s: float = 0.5,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._report = report
        self._check = check
        self._least_interval_s = least_interval_s
        self._clock = clock
        self._phase: str | None = None
        self._percentage = 0.0
        self._reported_at = -float("inf")
        self._metrics: dict[str, Any] = {}
        self._logs: deque[str] = deque(maxlen=MOST_LOGS)

    def __call__(self, progress: Progress) -> None:
        self._check()
        self._metrics.update(progress.metrics)
        self._logs.extend(progress.logs)
        self._percentage = max(self._percentage, progress.percentage)
        if self._is_due(progress.phase):
            self._pass_on(progress)

    def _is_due(self, phase: str) -> bool:
        elapsed_s = self._clock() - self._reported_at
        return phase != self._phase or elapsed_s >= self._least_interval_s

    def _pass_on(self, progress: Progress) -> None:
        merged = replace(
            progress,
            percentage=self._percentage,
            metrics=self._metrics,
            logs=tuple(self._logs),
        )
        self._phase, self._reported_at = progress.phase, self._clock()
        self._metrics = {}
        self._logs = deque(maxlen=MOST_LOGS)
        self._report(merged)
