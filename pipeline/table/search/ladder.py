"""How thoroughly a candidate is judged: from one cheap fit up to several cross-validations.

All candidates start on the lowest rung; only those that do well there are worth the next.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
MakeFolds = Callable[[int, int], Sequence[tuple[Rows, Rows]]]
"""From a number of folds and of a repetition to pairs of rows to fit on and to judge by."""

_TINY, _SMALL, _MIDDLE, _LARGE = 300, 1_000, 4_000, 15_000
VAST_ROWS = 20_000
"""From here on the rows of one fold judge well enough."""
_SAMPLE_SHARE, _SAMPLE_ROWS = 0.2, (4_000, 10_000)
_SIDE_BY_SIDE = 2
"""Two folds on a thread each take hardly longer than one on two threads."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Rows to fit on and to judge by.

    With ``stops_early`` boosting may end when the loss on the judging rows stops falling. That
    flatters it on few rows; without, it does the rounds that were found on other folds.
    """

    fit: Rows
    judge: Rows
    stops_early: bool = True


@dataclass(frozen=True, slots=True)
class Ladder:
    """``rungs`` are numbers of ``folds``: those that count once a candidate is on that rung."""

    folds: tuple[Fold, ...]
    rungs: tuple[tuple[int, ...], ...]

    @property
    def top(self) -> int:
        return len(self.rungs) - 1

    @property
    def most_rows(self) -> int:
        """How many rows a fit on a fold of the highest rung learns from."""
        return max(len(self.folds[fold].fit) for fold in self.rungs[-1])

    @property
    def first_fair(self) -> int:
        """The rung up to which the best should climb before anything else is tried: on few rows
        that on which boosting no longer stops by the rows that judge it, else the lowest."""
        for rung, of_rung in enumerate(self.rungs):
            if not any(self.folds[fold].stops_early for fold in of_rung):
                return rung
        return 0


def make_ladder(rows: int, make_folds: MakeFolds, seed: int, *, is_hurried: bool = False) -> Ladder:
    """A ladder that fits the size of the table.

    Below 1,000 rows whole cross-validations, up to three; below 4,000 up to two; from the second
    one on without early stopping, and only those count then. Below 15,000 first two folds of a
    cross-validation, then the others. On more rows fits on samples of them come before that. From
    20,000 on a single fold tells enough, and a second one more than enough: the time is better
    spent on other candidates and on the fit on all rows. Whoever is in a hurry begins with two
    folds on a small table too.
    """
    if rows < _MIDDLE:
        return _repeated(rows, make_folds, is_hurried=is_hurried)
    folds = [Fold(fit, judge) for fit, judge in make_folds(5, 0)]
    if rows >= VAST_ROWS:
        folds = folds[:2]
    some = min(1 if rows >= VAST_ROWS else _SIDE_BY_SIDE, len(folds))
    if rows < _LARGE:
        return Ladder(tuple(folds), _rungs(0, some, len(folds)))
    samples = [Fold(_sample(fold.fit, seed), fold.judge) for fold in folds[:some]]
    rungs = _rungs(some, some, len(folds))
    return Ladder((*samples, *folds), (tuple(range(some)), *rungs))


def _rungs(first: int, some: int, count: int) -> tuple[tuple[int, ...], ...]:
    """``some`` of ``count`` folds, then all of them."""
    everything = tuple(range(first, first + count))
    return (everything[:some], everything) if some < count else (everything,)


def _repeated(rows: int, make_folds: MakeFolds, *, is_hurried: bool) -> Ladder:
    count = 8 if rows < _TINY else 5
    repetitions = 2 if rows < _SMALL else 1
    folds: list[Fold] = []
    rungs: list[tuple[int, ...]] = []
    for repetition in range(1 + repetitions):
        made = [Fold(fit, judge, not repetition) for fit, judge in make_folds(count, repetition)]
        if repetition > 1 and _same(made, folds[-len(made) :]):
            break  # a split by time has no second version
        first = len(rungs[0]) if rungs else 0
        folds.extend(made)
        rungs.append(tuple(range(first, len(folds))))
    hurried = (rungs[0][:2],) if is_hurried and len(rungs[0]) > 2 else ()
    return Ladder(tuple(folds), (*hurried, *rungs))


def _same(some: Sequence[Fold], others: Sequence[Fold]) -> bool:
    pairs = zip(some, others, strict=False)
    return all(np.array_equal(one.judge, other.judge) for one, other in pairs)


def _sample(rows: Rows, seed: int) -> Rows:
    size = int(np.clip(_SAMPLE_SHARE * len(rows), *_SAMPLE_ROWS))
    return np.sort(np.random.default_rng(seed).permutation(rows)[:size])
