"""Targets as the libraries take them, and the way back from what they answer.

Amounts are learned in units of their own spread, so that neither huge nor tiny ones lose digits or
upset a penalty; classes that the rows lack are left out, and get a small probability afterwards.
"""

from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from pipeline.table.learners.learner import Array, Part

Floats = npt.NDArray[np.float64]

_SKEWED_FROM = 1.0
_OUTSIDE = 3.0
_MOST_FACTOR = 3.0
_LEAST = 1e-12


class Answer(Protocol):
    """Turns the output of a library into predictions."""

    def __call__(self, output: Array) -> Floats:
        """Amounts, or probabilities of all classes."""
        ...


@dataclass(frozen=True, slots=True)
class Problem:
    """What a library is given.

    ``classes`` counts only those that the training rows have; it is 0 for amounts.
    """

    train: Part
    validation: Part | None
    classes: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Classes:
    """Classes that were seen, as 0, 1, 2, …; the others get the share that a rule of succession
    gives to what was never seen in ``rows`` rows.
    """

    seen: npt.NDArray[np.int64]
    total: int
    rows: int

    @property
    def share(self) -> float:
        """The probability of a class that was not seen."""
        return 1.0 / (self.rows + self.total)

    def __call__(self, output: Array) -> Floats:
        seen = np.asarray(output, dtype=np.float64)
        if seen.ndim == 1:
            seen = np.column_stack([1.0 - seen, seen])
        seen = seen / seen.sum(axis=1, keepdims=True)
        if len(self.seen) == self.total:
            return np.asarray(seen)
        share = self.share
        answer = np.full((len(seen), self.total), share)
        answer[:, self.seen] = seen * (1.0 - share * (self.total - len(self.seen)))
        return answer


@dataclass(frozen=True, slots=True)
class Amounts:
    """Amounts in units of their spread around their mean, kept within reach of those seen."""

    center: float
    spread: float
    lowest: float
    highest: float

    def learned(self, target: Array) -> Floats:
        return (np.asarray(target, dtype=np.float64) - self.center) / self.spread

    def __call__(self, output: Array) -> Floats:
        amounts = np.asarray(output, dtype=np.float64) * self.spread + self.center
        return np.clip(amounts, self.lowest, self.highest)


@dataclass(frozen=True, slots=True)
class Logarithms:
    """Amounts from 0 up by the logarithm of 1 + amount / ``unit``, again in units of its spread.

    ``factor`` makes up for the mean of logarithms being less than the logarithm of the mean.
    """

    unit: float
    logs: Amounts
    factor: float = 1.0

    def learned(self, target: Array) -> Floats:
        amounts = np.maximum(np.asarray(target, dtype=np.float64), 0.0)
        return self.logs.learned(np.log1p(amounts / self.unit))

    def __call__(self, output: Array) -> Floats:
        return np.expm1(self.logs(output)) * (self.unit * self.factor)

    def leveled(self, output: Array, target: Array) -> Self:
        """With the factor that gives predictions for rows with ``target`` their mean."""
        answer = self(output)
        shares = np.asarray(target, dtype=np.float64) / self.unit
        factor = shares.mean() / max(float((answer / self.unit).mean()), _LEAST)
        return replace(self, factor=float(np.clip(factor, 1 / _MOST_FACTOR, _MOST_FACTOR)))


def is_skewed(target: Array) -> bool:
    """Whether amounts are never negative and spread over orders of magnitude."""
    amounts = np.asarray(target, dtype=np.float64)
    if len(amounts) == 0 or amounts.min() < 0 or amounts.max() <= 0:
        return False
    shares = amounts / amounts.max()
    spread = shares.std()
    return bool(spread > 0 and np.mean(((shares - shares.mean()) / spread) ** 3) > _SKEWED_FROM)


def class_problem(train: Part, validation: Part | None, classes: int) -> Problem:
    """A problem with the classes of ``train`` only; rows of others cannot validate it."""
    seen = np.unique(train.target).astype(np.int64)

    def number(target: Array) -> Array:
        return np.searchsorted(seen, target)

    if validation is not None:
        known = np.isin(validation.target, seen)
        validation = Part(validation.matrix[known], number(validation.target[known]))
    return Problem(
        train=Part(train.matrix, number(train.target)),
        validation=validation if validation is not None and len(validation.target) else None,
        classes=len(seen),
        answer=Classes(seen, classes, len(train.target)),
    )


def amount_problem(train: Part, validation: Part | None, *, by_logarithm: bool) -> Problem:
    """A problem in units of the spread of ``train``; ``by_logarithm`` if no amount is negative."""
    amounts = np.asarray(train.target, dtype=np.float64)
    scale: Amounts | Logarithms
    if by_logarithm and amounts.min() >= 0 and amounts.max() > 0:
        unit = float(np.median(amounts[amounts > 0]))
        scale = Logarithms(unit, _amounts(np.log1p(amounts / unit), reach=0.5))
    else:
        scale = _amounts(amounts, reach=_OUTSIDE)
    return Problem(
        train=Part(train.matrix, scale.learned(train.target)),
        validation=validation and Part(validation.matrix, scale.learned(validation.target)),
        classes=0,
        answer=scale,
    )


def _amounts(amounts: Floats, *, reach: float) -> Amounts:
    largest = float(np.abs(amounts).max()) or 1.0
    shares = amounts / largest
    center, spread = float(shares.mean()) * largest, (float(shares.std()) or 1.0) * largest
    lowest = float(amounts.min())
    return Amounts(
        center=center,
        spread=spread,
        lowest=lowest - reach * spread if lowest < 0 else max(0.0, lowest - reach * spread),
        highest=float(amounts.max()) + reach * spread,
    )
