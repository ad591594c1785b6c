"""Reports the steps of a fit and says when its time is over."""

import time
from dataclasses import dataclass, field

from pipeline.table.learners.learner import FitOrder, OnStep, Step


@dataclass(slots=True)
class Pace:
    """The clock of one fit, which starts when it is made."""

    order: FitOrder
    on_step: OnStep
    _start: float = field(default_factory=time.perf_counter)
    _last: float | None = None
    _longest: float = 0.0

    def goes_on(self, iteration: int, total: int) -> bool:
        """Report a finished step; False if another would end too late.

        Another is taken for as long as the longest so far. The first does not count: what is done
        once comes before it.
        """
        now = time.perf_counter() - self._start
        if self._last is not None:
            self._longest = max(self._longest, now - self._last)
        self._last = now
        self.on_step(Step(iteration, total))
        return self.order.seconds is None or now + self._longest <= self.order.seconds
