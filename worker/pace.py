"""How often a running task tells how far it is."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from typing import Protocol

TICK_S = 0.25

_EVERY_S = {"data_loading": 1.0, "data_analysis": 1.0, "preprocessing": 2.0}
_REPEATED = frozenset({"data_loading", "preprocessing"})
_LONG_EVALUATION_S = 30.0
_SOON_S, _LATER_S = 0.5, 1.0
_SOON_UNTIL_S = 60.0


class Pace(Protocol):
    def least_s(self, phase: str, *, is_new: bool, running_s: float) -> float:
        """Seconds between two messages in this phase, or before the first one of a new phase."""

    def repeats(self, phase: str) -> bool:
        """Whether the last message is told again while nothing new happens."""

    def tells_last(self, phase: str) -> bool:
        """Whether the last step of this phase is told by itself before the next phase begins."""


@dataclass(frozen=True, slots=True)
class SteadyPace:
    """The same in every phase. With a `least_phase_s` short phases are not told one by one, and a
    task that ends sooner costs no message at all.
    """

    least_interval_s: float = 0.5
    least_phase_s: float = 0.0

    def least_s(self, phase: str, *, is_new: bool, running_s: float) -> float:
        del phase, running_s
        return self.least_phase_s if is_new else self.least_interval_s

    def repeats(self, phase: str) -> bool:
        del phase
        return False

    def tells_last(self, phase: str) -> bool:
        del phase
        return False


class TablePace:
    """The rates of the Model Studio document: a message every second while data is loaded and every
    two while it is prepared, one for each iteration of a training, one when it is evaluated.

    Iterations that come faster are merged, so that a training of ten minutes stays below 1 MB.
    """

    def least_s(self, phase: str, *, is_new: bool, running_s: float) -> float:
        if phase == "evaluation":
            return _LONG_EVALUATION_S
        if is_new:
            return 0.0
        usual_s = _SOON_S if running_s < _SOON_UNTIL_S else _LATER_S
        return _EVERY_S.get(phase, usual_s)

    def repeats(self, phase: str) -> bool:
        return phase in _REPEATED

    def tells_last(self, phase: str) -> bool:
        return phase == "training"


@contextmanager
def ticking(tick: Callable[[], None]) -> Iterator[None]:
    """Call it again and again from a thread while the block runs, in the block's own context."""
    is_over = threading.Event()

    def run() -> None:
        while not is_over.wait(TICK_S):
            tick()

    thread = threading.Thread(target=copy_context().run, args=(run,), name="ticks", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
