"""What has been found out about one configuration of one family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.table.learners.learner import Family, FittedLearner, ViewKind
from pipeline.table.scores import Array

_LIKE = 0.7
_ROUNDS_GROWTH, _MOST_ROUNDS_MORE = 0.25, 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldFit:
    """One fit: what it predicts for the rows that judge it, and for the test rows.

    ``rows`` is the number that it learned from; ``seconds`` covers fit and predictions,
    ``learning_seconds`` the fit alone, where that is known.
    """

    judged: Array
    tested: Array
    rows: int
    seconds: float
    rounds: int | None
    predict_ms: float
    size_bytes: int | None
    train_accuracy: float
    validation_accuracy: float
    learning_seconds: float | None = None


@dataclass(slots=True, kw_only=True)
class Candidate:
    """A configuration with its fits by the number of the fold; ``failure`` says why it ended."""

    name: str
    family: Family
    parameters: Mapping[str, Any]
    fits: dict[int, FoldFit] = field(default_factory=dict)
    models: dict[int, FittedLearner] = field(default_factory=dict)
    failure: str | None = None

    @property
    def view(self) -> ViewKind:
        return self.family.view_of(self.parameters)

    @property
    def is_boosting(self) -> bool:
        """Whether it learns in rounds that stop when they help no more."""
        return any(fit.rounds for fit in self.fits.values())

    def covers(self, folds: Sequence[int]) -> bool:
        """Whether all of ``folds`` have been fitted."""
        return all(fold in self.fits for fold in folds)

    def judged(self, folds: Sequence[int]) -> Array:
        """What it predicts for the judging rows of ``folds``, one fold after the other."""
        return np.concatenate([self.fits[fold].judged for fold in folds])

    def tested(self, folds: Sequence[int]) -> Array:
        """The mean over ``folds`` of what it predicts for the test rows."""
        return np.asarray(np.mean([self.fits[fold].tested for fold in folds], axis=0))

    @property
    def seconds(self) -> float:
        return sum(fit.seconds for fit in self.fits.values())

    @property
    def predict_ms(self) -> float:
        """The quickest prediction of one row that was measured."""
        return min((fit.predict_ms for fit in self.fits.values()), default=0.0)

    @property
    def largest(self) -> FoldFit:
        """The fit on the most rows; there has to be one."""
        return max(self.fits.values(), key=lambda fit: fit.rows)

    def whole_models(self) -> dict[int, FittedLearner]:
        """The models that learned from as many rows as any, by the number of the fold."""
        most = max((fit.rows for fit in self.fits.values()), default=0)
        return {
            fold: model
            for fold, model in self.models.items()
            if self.fits[fold].rows >= _LIKE * most
        }

    def without_validation(self, rows: int) -> Mapping[str, Any]:
        """The parameters for a fit on ``rows`` that nothing stops early: with as many rounds as
        the folds found, and a little more for more rows."""
        most = self.largest.rows
        found = [
            fit.rounds for fit in self.fits.values() if fit.rounds and fit.rows >= _LIKE * most
        ]
        if not found:
            return self.parameters
        more = min(_MOST_ROUNDS_MORE, (rows / most) ** _ROUNDS_GROWTH)
        return {**self.parameters, "rounds": max(1, round(float(np.mean(found)) * more))}
