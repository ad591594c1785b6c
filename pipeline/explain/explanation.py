"""Everything that explains a classifier or regressor, the cheapest and most useful parts first."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from pipeline.explain.answers import Answers, OnStep, OutOfTimeError, Steps, no_step
from pipeline.explain.bootstrap import Measure, with_intervals
from pipeline.explain.calibration import calibration
from pipeline.explain.confusion import confusion_matrix
from pipeline.explain.coverage import has_intervals, interval_coverage
from pipeline.explain.curves import precision_recall_curves, roc_curves
from pipeline.explain.dependence import partial_dependence
from pipeline.explain.figures import Array
from pipeline.explain.importance import permutation_importance
from pipeline.explain.judged import Judged
from pipeline.explain.measures import measure_of
from pipeline.explain.residuals import residuals
from pipeline.explain.strength import shap_importance
from pipeline.explain.worst import worst_rows
from pipeline.table.predict import INTERVAL_LEVEL, FittedTable, predict_rows
from pipeline.table.scores import Metric, metric_named

_logger = logging.getLogger(__name__)

Section = Callable[[], Any]
LearningCurve = Sequence[Mapping[str, float | int | None]]

_STRONGEST = 5
_MOST_ROWS, _CLASSES_OF_MOST_ROWS = 400_000, 10
_BOOTSTRAP_SHARE = 0.15
_IMPORTANCE_SHARE = 0.4
_SHAP_SHARE = 0.6
_IN_WORDS = {
    "permutation_importance": "which columns matter",
    "shap": "what moves single answers",
    "partial_dependence": "how single columns change the answer",
    "learning_curve": "what more rows would bring",
}
_NO_TIME = "the time did not suffice"
_NO_LEARNING_CURVE = f"{_NO_TIME} to learn from parts of the rows"


def explain(
    fitted: FittedTable,
    rows: pd.DataFrame,
    target: Array,
    *,
    ml_task: str,
    classes: tuple[str, ...] | None,
    predicted: pd.DataFrame,
    seconds: float,
    metric: str | None = None,
    learning_curve: LearningCurve | None = None,
    seed: int = 0,
    on_step: OnStep = no_step,
) -> dict[str, Any]:
    """Explain a classifier or regressor by rows that it had not seen.

    Parameters
    ----------
    rows
        Test rows with the columns of the table.
    target
        The numbers of their classes, or their amounts.
    predicted
        What ``predict_rows`` answers for them.
    seconds
        For everything. How many rows take part in a section depends on it; what does not fit is
        left out.
    metric
        What models were chosen by; by default log loss or RMSE.
    learning_curve
        Scores at several numbers of training rows, each with ``rows`` and ``score``.
    on_step
        Called between predictions; what it raises passes through.

    Returns
    -------
    dict
        JSON-able, see ``docs/explanations.md``. A missing section is in ``left_out`` with the
        reason.
    """
    judged = Judged(
        rows=rows[list(fitted.features)], target=target, predicted=predicted, classes=classes
    )
    told: dict[str, Any] = {"rows": len(rows), "left_out": {}}
    if len(rows) == 0:
        told["left_out"] = {"all": "there is no test row"}
        return told
    steps = Steps(on_step)
    answers = Answers(partial(predict_rows, fitted), classes, seconds=seconds, on_step=steps)
    intervals = partial(
        with_intervals,
        seed=seed,
        seconds=_BOOTSTRAP_SHARE * seconds,
        on_step=steps,
    )
    _add(told, _of_predictions(judged, intervals, seed), steps)
    if learning_curve:
        told["learning_curve"] = [dict(point) for point in learning_curve]
    else:
        told["left_out"]["learning_curve"] = _NO_LEARNING_CURVE
    _add(told, _of_model(told, judged, answers, metric_named(ml_task, metric), seed), steps)
    return told


def in_words(section: str) -> str:
    """What a section tells."""
    return _IN_WORDS.get(section, section.replace("_", " "))


def missed_sections(told: Mapping[str, Any]) -> list[str]:
    """The sections that an explanation lacks for want of time."""
    return [name for name, why in told["left_out"].items() if why.startswith(_NO_TIME)]


def _add(told: dict[str, Any], sections: Mapping[str, Section], steps: Steps) -> None:
    for name, section in sections.items():
        try:
            told[name] = section()
        except OutOfTimeError:
            told["left_out"][name] = _NO_TIME
        except Exception as error:  # the model is made: what cannot be explained must not cost it
            if steps.ordered(error):
                raise
            _logger.exception("A section of an explanation failed", extra={"section": name})
            told["left_out"][name] = f"it could not be computed ({type(error).__name__})"


def _of_predictions(
    judged: Judged, intervals: Callable[[Measure, int], Any], seed: int
) -> dict[str, Section]:
    """The sections that need no further prediction; the slower ones look at a sample."""
    sample = judged.sample(
        _MOST_ROWS // max(_CLASSES_OF_MOST_ROWS, len(judged.classes or ())), seed
    )
    sections: dict[str, Section] = {
        "metric_intervals": lambda: intervals(measure_of(sample), len(sample.rows)),
        "worst_rows": lambda: worst_rows(judged),
    }
    if judged.classes is not None:
        sections["confusion_matrix"] = lambda: confusion_matrix(judged)
        sections["roc"] = lambda: roc_curves(sample)
        sections["precision_recall"] = lambda: precision_recall_curves(sample)
        sections["calibration"] = lambda: calibration(sample)
        return sections
    sections["residuals"] = lambda: residuals(judged, seed)
    if has_intervals(judged):
        sections["interval_coverage"] = lambda: interval_coverage(judged, INTERVAL_LEVEL)
    return sections


def _of_model(
    told: Mapping[str, Any], judged: Judged, answers: Answers, metric: Metric, seed: int
) -> dict[str, Section]:
    """The sections for which the model is asked again, as far as the time allows."""

    def importance() -> dict[str, Any]:
        answers.warm_up(judged.rows)
        return permutation_importance(answers, judged, metric, share=_IMPORTANCE_SHARE, seed=seed)

    return {
        "permutation_importance": importance,
        "shap": lambda: shap_importance(answers, judged, share=_SHAP_SHARE, seed=seed),
        "partial_dependence": lambda: partial_dependence(
            answers, judged, strongest_columns(told, list(judged.rows.columns)), seed=seed
        ),
    }


def strongest_columns(told: Mapping[str, Any], columns: list[str]) -> list[str]:
    """The five columns that matter most, by what is known of them."""
    found = told.get("permutation_importance") or told.get("shap")
    if not found:
        return columns[:_STRONGEST]
    return [one["column"] for one in found["columns"][:_STRONGEST]]
