"""The evaluation phase: what was chosen meets the rows that took no part in choosing it."""

from collections.abc import Mapping

from pipeline.table.encoding.encoded import Encoded
from pipeline.table.scores import (
    Array,
    accuracy,
    classification_scores,
    finite,
    r2,
    regression_scores,
)
from pipeline.table.search.choice import Choice
from pipeline.table.search.model import TableModel, decide

_MOST_TRAINING_ROWS = 20_000


def evaluate(
    choice: Choice, model: TableModel, test_target: Array, train: tuple[Encoded, Array]
) -> Mapping[str, float | None]:
    """Figures of the document's names, and further ones for the test rows.

    ``train_accuracy`` and ``test_accuracy`` (for a regression 1 − WAPE, not below 0), R² on both
    sides for a regression. Test figures are those of models that did not learn from the test rows;
    those that begin with ``train_`` are of the final ``model`` for (some of) the rows of ``train``
    that it has learned from.
    """
    rows, actual = _some(*train)
    fitted = model.predict(rows)
    task = "classification" if model.classes else "regression"
    decided = decide(choice.tested, choice.blend) if model.classes else choice.tested
    figures: dict[str, float | None] = {
        "train_accuracy": accuracy(task, actual, fitted),
        "test_accuracy": accuracy(task, test_target, decided),
    }
    if model.classes:
        figures |= classification_scores(test_target, decided, choice.tested)
    else:
        figures |= {"train_r2": r2(actual, fitted), "test_r2": r2(test_target, choice.tested)}
        figures |= regression_scores(test_target, choice.tested)
    return {name: finite(value) for name, value in figures.items()}


def _some(rows: Encoded, target: Array) -> tuple[Encoded, Array]:
    step = max(1, len(target) // _MOST_TRAINING_ROWS)
    return rows.take(slice(None, None, step)), target[::step]
