"""The time of a search: what is left of its budget, and what fits of each family have cost."""

import time
from collections import defaultdict
from collections.abc import Callable

import numpy as np

_REMEMBERED = 4
USUAL_GROWTH = 1.15
_LEAST_GROWTH, _MOST_GROWTH = 0.9, 2.5


class Clock:
    """Counts down from ``budget`` seconds since ``start``, a moment of ``now``."""

    def __init__(
        self, start: float, budget: float, now: Callable[[], float] = time.perf_counter
    ) -> None:
        self.budget = budget
        self._start = start
        self._now = now

    def elapsed(self) -> float:
        return self._now() - self._start

    def remaining(self) -> float:
        """Seconds that are left; negative once the budget is overspent."""
        return self.budget - self.elapsed()


class Costs:
    """Measured seconds of fits, by family and number of rows, and what they say of the next one."""

    def __init__(self) -> None:
        self._measured: dict[str, list[tuple[int, float]]] = defaultdict(list)

    def record(self, family: str, rows: int, seconds: float) -> None:
        self._measured[family].append((rows, max(seconds, 1e-4)))

    def estimate(self, family: str, rows: int) -> float | None:
        """Seconds of a fit on ``rows``; None if the family has not been measured."""
        measured = self._measured.get(family)
        if not measured:
            return None
        growth = self._growth(measured)
        recent = measured[-_REMEMBERED:]
        return float(np.mean([scaled(seconds, at, rows, growth) for at, seconds in recent]))

    def _growth(self, measured: list[tuple[int, float]]) -> float:
        """The exponent of the cost in the rows, from the smallest and the largest fits so far."""
        sizes = [rows for rows, _ in measured]
        small, large = min(sizes), max(sizes)
        if large < 2 * small:
            return USUAL_GROWTH
        costs = [
            float(np.mean([seconds for rows, seconds in measured if rows == size]))
            for size in (small, large)
        ]
        growth = np.log(costs[1] / costs[0]) / np.log(large / small)
        return float(np.clip(growth, _LEAST_GROWTH, _MOST_GROWTH))


def scaled(seconds: float, at: int, rows: int, growth: float = USUAL_GROWTH) -> float:
    """What a fit takes on ``rows`` that took ``seconds`` on ``at`` rows."""
    return float(seconds * (rows / max(1, at)) ** growth)
