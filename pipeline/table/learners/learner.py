"""What every family of algorithms offers to the search."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Parameters = Mapping[str, Any]


class ViewKind(StrEnum):
    """How a family wants to see the columns; see ``encoding.views``."""

    TREES = "trees"
    """Numbers with NaN for what is missing; categories as codes, those of many values replaced by
    what the target is on average there."""
    NATIVE = "native"
    """Numbers with NaN, then categories as codes for a family that handles them by itself."""
    DENSE = "dense"
    """Nothing missing, everything scaled, categories as one column per value."""
    SMOOTH = "smooth"
    """As ``DENSE``, with every number brought to a normal distribution."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a problem; ``classes`` is 0 for a regression.

    ``is_skewed``: the amounts to predict are never negative and a few are many times the usual, so
    that learning their logarithm may pay; see ``targets.is_skewed``. ``widest``: the most values of
    a column of categories.
    """

    rows: int
    columns: int
    classes: int
    is_skewed: bool = False
    widest: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one view with their targets: class numbers, or amounts."""

    matrix: Array
    target: Array


@dataclass(frozen=True, slots=True)
class Step:
    """A fit is at ``iteration`` of at most ``total``."""

    iteration: int
    total: int


OnStep = Callable[[Step], None]
"""Called between the steps of a fit; whatever it raises ends the fit and must pass through it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitOrder:
    """How to fit, whatever the family.

    Attributes
    ----------
    ml_task
        ``"classification"`` or ``"regression"``.
    classes
        The number of classes, 0 for a regression. Every class number below it may be predicted,
        and a part may lack some.
    seed, threads, device
        ``device`` is ``"cpu"`` or ``"cuda"``; a family without use for a GPU ignores it.
    seconds
        A fit that can end between its steps keeps what it has when these seconds are over.
    categories
        Positions of the columns of the matrix that hold codes (``ViewKind.NATIVE``), and the number
        of codes of each.
    """

    ml_task: str
    classes: int
    seed: int
    threads: int
    device: str = "cpu"
    seconds: float | None = None
    categories: Mapping[int, int]


class Trial(Protocol):
    """Draws the values of a new configuration; the trials of Optuna do."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        """A value from ``low`` to ``high``; with ``log`` by its logarithm."""
        ...

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        """A whole number from ``low`` to ``high``; with ``log`` by its logarithm."""
        ...

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        """One of ``choices``."""
        ...


class FittedLearner(Protocol):
    """A fitted model; it can be pickled, and predicts one row in well under a millisecond where
    the algorithm allows.
    """

    @property
    def rounds(self) -> int | None:
        """The number of rounds that early stopping kept, where there are rounds."""
        ...

    def predict(self, matrix: Array) -> npt.NDArray[np.float64]:
        """Amounts, shape (rows,); or probabilities that sum to 1, shape (rows, classes)."""
        ...


class Family(Protocol):
    """One kind of algorithm with configurations that are known to work well."""

    name: str
    title: str
    view: ViewKind
    is_reference: bool

    def portfolio(self, shape: Shape) -> Sequence[Parameters]:
        """Configurations worth trying, the best bet first; none if the family does not suit."""
        ...

    def suggest(self, trial: Trial, shape: Shape) -> Parameters | None:
        """A configuration for a search by trials; None if the family has nothing to tune."""
        ...

    def memory_bytes(self, shape: Shape, parameters: Parameters) -> int:
        """About how much memory a fit takes beyond the matrix."""
        ...

    def view_of(self, parameters: Parameters) -> ViewKind:
        """The view that a configuration wants: ``view`` unless the parameters say otherwise."""
        ...

    def fit(
        self,
        parameters: Parameters,
        train: Part,
        order: FitOrder,
        on_step: OnStep,
        *,
        validation: Part | None = None,
    ) -> FittedLearner:
        """Fit on ``train``. With ``validation``, boosting stops when the loss on it (log loss, or
        squared error) stops falling; without, it does exactly ``parameters["rounds"]`` rounds.
        """
        ...
