"""The phases of a training run on a table, and the reporter that keeps them in their ranges."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum

from pipeline.progress import Progress, ProgressCallback


class TablePhase(StrEnum):
    DATA_LOADING = "data_loading"
    DATA_ANALYSIS = "data_analysis"
    PREPROCESSING = "preprocessing"
    ALGORITHM_SELECTION = "algorithm_selection"
    TRAINING = "training"
    EVALUATION = "evaluation"
    COMPLETED = "completed"


PHASE_RANGES: dict[TablePhase, tuple[float, float]] = {
    TablePhase.DATA_LOADING: (0.0, 10.0),
    TablePhase.DATA_ANALYSIS: (10.0, 20.0),
    TablePhase.PREPROCESSING: (20.0, 35.0),
    TablePhase.ALGORITHM_SELECTION: (35.0, 45.0),
    TablePhase.TRAINING: (45.0, 85.0),
    TablePhase.EVALUATION: (85.0, 95.0),
    TablePhase.COMPLETED: (100.0, 100.0),
}


class _FinishEarlyError(Exception):
    """The caller wants the best that there is: whatever could still improve it is left."""


def never() -> bool:
    """Of a caller who waits for the end."""
    return False


class PhaseReporter:
    """Turns "this share of that phase" into a percentage that never falls, and tells the caller.

    It remembers what the caller's callback raised, so that code which tolerates a failing
    algorithm can tell a failure from an order to stop. It also knows which work is optional: that
    is left at its next step once ``should_finish`` says so.
    """

    def __init__(
        self, callback: ProgressCallback, should_finish: Callable[[], bool] = never
    ) -> None:
        self._callback = callback
        self._should_finish = should_finish
        self._is_optional = False
        self.finished_early = False
        self._percentage = 0.0
        self._stop: BaseException | None = None

    def report(
        self,
        phase: TablePhase,
        share: float,
        message: str,
        *,
        metrics: Mapping[str, float | int | str | None] | None = None,
        logs: tuple[str, ...] = (),
    ) -> None:
        """Report that ``share`` (0 to 1) of ``phase`` is done; raises what the callback raises."""
        start, end = PHASE_RANGES[phase]
        percentage = start + (end - start) * min(max(share, 0.0), 1.0)
        self._percentage = round(max(self._percentage, percentage), 2)
        try:
            self._callback(Progress(phase, self._percentage, message, metrics or {}, logs))
        except BaseException as stop:
            self._stop = stop
            raise
        if self._is_optional and self._should_finish():
            raise _FinishEarlyError

    @contextmanager
    def optional(self) -> Iterator[None]:
        """The block only makes a result better that is there without it."""
        self._is_optional = True
        try:
            yield
        except _FinishEarlyError:
            self.finished_early = True
        finally:
            self._is_optional = False

    def ordered(self, error: BaseException) -> bool:
        """Whether ``error`` is the caller's order to stop."""
        return error is self._stop
