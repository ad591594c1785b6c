"""What a search works on: rows as arrays, their targets, and how candidates are judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.encoding.features import Layout
from pipeline.table.learners.learner import FitOrder, Shape
from pipeline.table.learners.targets import is_skewed
from pipeline.table.scores import Array, Metric
from pipeline.table.search.ladder import VAST_ROWS, Ladder, Rows
from pipeline.table.spec import TableSpec

_FEW_CELLS = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A classification (``classes`` of them) or a regression (``classes`` is 0).

    The targets of the ``test`` rows are not here: nothing in a search may see them.
    """

    spec: TableSpec
    classes: int
    layout: Layout
    train: Encoded
    target: Array
    test: Encoded
    ladder: Ladder
    metric: Metric

    @property
    def all_rows(self) -> int:
        """How many rows the final model learns from."""
        return len(self.train) + len(self.test)

    @property
    def has_few_cells(self) -> bool:
        """Whether threads of one calculation wait for each other longer than they work."""
        columns = len(self.layout.numbers) + len(self.layout.codes)
        return len(self.train) * columns <= _FEW_CELLS

    @property
    def is_small(self) -> bool:
        """Whether fits do better side by side, on one thread each, than one by one: they wait for
        nobody then, which counts for more the busier the machine is. Many rows are judged by one
        fold at a time, which leaves nothing to do beside it."""
        return self.has_few_cells and len(self.train) < VAST_ROWS

    def threads_for(self, workers: int) -> int:
        """How many threads each of so many fits has."""
        return 1 if self.is_small else max(1, self.spec.threads // workers)

    def judged_target(self, folds: Sequence[int]) -> Array:
        """The targets of the rows that judge in ``folds``, one fold after the other."""
        return np.concatenate([self.target[self.ladder.folds[fold].judge] for fold in folds])

    def judged_rows(self, folds: Sequence[int]) -> Rows:
        """The numbers of the same rows; some judge in several folds."""
        return np.concatenate([self.ladder.folds[fold].judge for fold in folds])

    def shape(self, rows: int) -> Shape:
        columns = len(self.layout.numbers) + len(self.layout.codes)
        skewed = not self.classes and is_skewed(self.target)
        return Shape(
            rows=rows,
            columns=columns,
            classes=self.classes,
            is_skewed=skewed,
            widest=max(self.layout.cardinalities, default=0),
        )

    def order(
        self, categories: Mapping[int, int], seed: int, seconds: float | None, threads: int
    ) -> FitOrder:
        """How to fit, on ``threads`` and within ``seconds``."""
        return FitOrder(
            ml_task=self.spec.ml_task,
            classes=self.classes,
            seed=seed % 2**32,
            threads=threads,
            device=self.spec.device,
            seconds=seconds,
            categories=categories,
        )
