"""The evaluation phase: the final model meets the rows that took no part in making it."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.preparation import Prepared
from pipeline.table.scores import (
    Array,
    accuracy,
    classification_scores,
    finite,
    r2,
    regression_scores,
)

_BLOCK_ROWS = 50_000


def evaluate(
    model: Any, prepared: Prepared, ml_task: str, reporter: PhaseReporter
) -> Mapping[str, float | None]:
    """Measure ``model``: ``train_accuracy`` and ``test_accuracy`` (for regression 1 − WAPE, not
    below 0), R² on both sides for regression, and the further scores on the test rows."""
    train, test = prepared.train, prepared.test
    fitted = _in_blocks(model.predict, train.matrix, reporter, 0.0)
    predicted = _in_blocks(model.predict, test.matrix, reporter, 0.5)
    figures: dict[str, float | None] = {
        "train_accuracy": accuracy(ml_task, train.target, fitted),
        "test_accuracy": accuracy(ml_task, test.target, predicted),
    }
    if ml_task == "regression":
        figures |= {"train_r2": r2(train.target, fitted), "test_r2": r2(test.target, predicted)}
        figures |= regression_scores(test.target, predicted)
    else:
        shares = _in_blocks(model.predict_proba, test.matrix, reporter, 0.7)
        figures |= classification_scores(test.target, predicted, shares)
    return {name: finite(value) for name, value in figures.items()}


def _in_blocks(
    predict: Callable[[Array], Array], matrix: Array, reporter: PhaseReporter, share: float
) -> Array:
    """Predict block by block, so that a large table can still be stopped."""
    blocks = []
    for first in range(0, len(matrix), _BLOCK_ROWS):
        reporter.report(TablePhase.EVALUATION, share, "Evaluating on the test rows")
        blocks.append(predict(matrix[first : first + _BLOCK_ROWS]))
    return np.concatenate(blocks)
