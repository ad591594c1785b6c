"""A model as a function from raw columns to numbers, asked in large calls and on a clock."""

import math
import time
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.explain.mixing import mixed

Predict = Callable[[pd.DataFrame], pd.DataFrame]
OnStep = Callable[[], None]
Values = npt.NDArray[np.float64]

_ROWS_PER_CALL = 20_000
_CELLS_PER_CALL = 2_000_000
_SAFETY = 0.8
_WARM_UP_ROWS = (100, 2_000)
_QUICK_S = 0.05


class OutOfTimeError(Exception):
    """What was asked for does not fit into the time that is left."""


def no_step() -> None:
    """Of a caller who waits for the end."""


class Steps:
    """Calls ``on_step`` and remembers what it raised, to tell an order to stop from a failure."""

    def __init__(self, on_step: OnStep) -> None:
        self._on_step = on_step
        self._stop: BaseException | None = None

    def __call__(self) -> None:
        try:
            self._on_step()
        except BaseException as stop:  # only remembered
            self._stop = stop
            raise

    def ordered(self, error: BaseException) -> bool:
        """Whether ``error`` is the caller's order to stop."""
        return error is self._stop


class Answers:
    """Asks ``predict`` for rows with columns ``prediction`` or ``probability_<class>``.

    The time that a row takes is counted from answer to answer: putting the rows together and
    looking at what is predicted are a part of it.

    Parameters
    ----------
    classes
        None for a regression.
    seconds
        From now on; a call that would likely end later raises ``OutOfTimeError`` instead.
    on_step
        Called before each prediction; what it raises passes through.
    """

    def __init__(
        self,
        predict: Predict,
        classes: tuple[str, ...] | None,
        *,
        seconds: float = math.inf,
        on_step: OnStep = no_step,
    ) -> None:
        self._predict = predict
        self._classes = classes
        self._answered = time.perf_counter()
        self._deadline = self._answered + seconds
        self._on_step = on_step
        self._rows = 0
        self._seconds = 0.0

    @property
    def outputs(self) -> tuple[str, ...]:
        """What the columns of :meth:`values` are called: the classes, or ``prediction``."""
        return self._classes or ("prediction",)

    @property
    def seconds_left(self) -> float:
        return self._deadline - time.perf_counter()

    def affordable_rows(self, share: float) -> float:
        """How many rows can likely be predicted in ``share`` of the time that is left."""
        if self.seconds_left <= 0:
            return 0.0
        if self._rows == 0:
            return math.inf
        return self.seconds_left * share * _SAFETY / self._seconds_per_row

    def warm_up(self, frame: pd.DataFrame) -> None:
        """Learn how long predictions take: by a small call, and a larger one if that was quick."""
        for size in _WARM_UP_ROWS:
            if self.seconds_left <= 0 or self._seconds > _QUICK_S:
                return
            self._rows, self._seconds, self._answered = 0, 0.0, time.perf_counter()
            places = np.resize(np.arange(len(frame)), min(size, rows_per_call(frame.shape[1])))
            self._ask(mixed(frame, np.repeat(places[:, None], frame.shape[1], axis=1)))

    def values(self, frame: pd.DataFrame) -> Values:
        """Shape (rows, outputs): probabilities of the classes, or one column of amounts."""
        parts = [self._ask(block) for block in _blocks(frame)]
        return np.concatenate(parts) if parts else np.empty((0, len(self.outputs)))

    @property
    def _seconds_per_row(self) -> float:
        return self._seconds / max(self._rows, 1)

    def _ask(self, block: pd.DataFrame) -> Values:
        self._on_step()
        if self._seconds_per_row * len(block) > self.seconds_left:
            raise OutOfTimeError
        values = output_values(self._predict(block), self._classes)
        answered = time.perf_counter()
        self._seconds += answered - self._answered
        self._answered = answered
        self._rows += len(block)
        return values


def output_values(predicted: pd.DataFrame, classes: tuple[str, ...] | None) -> Values:
    """The numbers of predictions, shape (rows, outputs)."""
    names = ["prediction"] if classes is None else [f"probability_{name}" for name in classes]
    return predicted[names].to_numpy(dtype=np.float64)


def rows_per_call(columns: int) -> int:
    """How many rows one call takes, so that its frame stays small in memory."""
    return max(1, min(_ROWS_PER_CALL, _CELLS_PER_CALL // max(1, columns)))


def _blocks(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    size = rows_per_call(len(frame.columns))
    for first in range(0, len(frame), size):
        yield frame.iloc[first : first + size]
