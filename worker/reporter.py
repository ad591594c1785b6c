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

    A new phase is told once `least_phase_s` have passed since the last report (or the start): with
    0 every phase is seen, with more a task that ends sooner costs no report at all.

    `check` is called first, every time: it raises when the task has to stop.
    """

    def __init__(
        self,
        report: Callable[[Progress], None],
        check: Callable[[], None],
        *,
        least_interval_s: float = 0.5,
        least_phase_s: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._report = report
        self._check = check
        self._least_interval_s = least_interval_s
        self._least_phase_s = least_phase_s
        self._clock = clock
        self._phase: str | None = None
        self._percentage = 0.0
        self._reported_at = clock()
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
        least_s = self._least_interval_s if phase == self._phase else self._least_phase_s
        return self._clock() - self._reported_at >= least_s

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
