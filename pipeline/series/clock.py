"""How much time each series may take, so that the whole training ends within its budget."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

_FOR_FORECASTS = 0.9
"""The rest of the budget is for the evaluation and for storing the model."""
_CAUTION = 1.15
_MEMORY = 0.7

Now = Callable[[], float]
"""Tells seconds since some moment, as `time.perf_counter` does."""


@dataclass(slots=True)
class Clock:
    """Shares what is left of the budget between the series that are left.

    It remembers how long the fits of each method took, per 1,000 rows, and by that tells whether
    there is time for more of them. Methods of which the guess is 0 seconds may begin as long as the
    time of the series is not over.
    """

    end: float
    now: Now = time.perf_counter
    paces: dict[str, float] = field(default_factory=dict)
    series_end: float = 0.0

    @classmethod
    def of(cls, start: float, budget_seconds: float, now: Now = time.perf_counter) -> "Clock":
        """``start`` as ``now`` told it."""
        return cls(end=start + _FOR_FORECASTS * budget_seconds, now=now)

    def keep_back(self, seconds: float) -> None:
        """So much is needed after the forecasts."""
        self.end -= seconds

    def begin_series(self, left: int) -> None:
        """A series begins, and ``left`` are left with it."""
        now = self.now()
        self.series_end = now + max(0.0, self.end - now) / max(1, left)

    @property
    def left(self) -> float:
        """Seconds until the end."""
        return max(0.0, self.end - self.now())

    @property
    def is_over(self) -> bool:
        """Whether nothing but the simplest forecast is possible any more."""
        return self.now() > self.end

    def needed(self, name: str, guess: float, *, fits: int, rows: int) -> float:
        """Seconds that ``fits`` fits of a method on ``rows`` rows may take."""
        return self.paces.get(name, guess) * fits * _size(rows) * _CAUTION

    def has_time(
        self, name: str, guess: float, *, fits: int, rows: int, reserved: float = 0.0
    ) -> bool:
        """Whether ``fits`` fits of a method on ``rows`` rows end in the time of the series, of
        which the last ``reserved`` seconds are promised to something else.
        """
        if self.is_over:
            return False
        if guess == 0.0:
            return self.now() <= self.series_end
        needed = self.needed(name, guess, fits=fits, rows=rows)
        return self.now() + needed + reserved <= self.series_end

    def learn(self, name: str, seconds: float, rows: int) -> None:
        """A fit and its forecast took so long."""
        pace = seconds / _size(rows)
        remembered = _MEMORY * self.paces.get(name, 0.0) + (1 - _MEMORY) * pace
        self.paces[name] = max(pace, remembered)


def _size(rows: int) -> float:
    """Fits have a part that does not depend on the rows."""
    return 0.3 + rows / 1_000 * 0.7
