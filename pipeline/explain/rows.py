"""What each column contributed to single predictions."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import InvalidParameterError, ResourceLimitError
from pipeline.explain.answers import Answers, OnStep, Values, no_step
from pipeline.explain.mixing import named_columns
from pipeline.explain.shapley import Contributions, contributions, plan_walks
from pipeline.table.predict import FittedTable, predict_rows

MAX_ROWS = 50
MAX_EVALUATIONS = 4_000
_MOST_PAIRS = 400


def explain_rows(
    fitted: FittedTable,
    background: pd.DataFrame,
    rows: pd.DataFrame,
    *,
    candidate: str | None = None,
    max_rows: int = MAX_ROWS,
    max_evaluations: int = MAX_EVALUATIONS,
    seed: int = 0,
    on_step: OnStep = no_step,
) -> dict[str, Any]:
    """Explain the prediction of each of ``rows`` by Shapley values on the columns of the table.

    Parameters
    ----------
    background
        A few training rows that stand for the usual case; missing knowledge of a column means a
        value of theirs.
    candidate
        The candidate of the leaderboard to explain; by default the one that predicts.
    max_evaluations
        About how many rows the model is asked for to explain one row. At least two for each
        column are needed, whatever is asked.
    on_step
        Called before each call of the model; what it raises passes through.

    Returns
    -------
    dict
        JSON-able: ``columns``; ``background_rows``; and ``rows``, each with its ``prediction`` and
        ``outputs``: for each class, or for ``prediction``, the ``base_value`` (the mean prediction
        of the background), the ``value`` and ``contributions`` by column, strongest first. Base
        value and contributions sum to the value. The same row, background and seed give the same
        explanation, whatever other rows it comes with.

    Raises
    ------
    ResourceLimitError
        If there is none, or more than ``max_rows``.
    InvalidParameterError
        If there is no background.
    InvalidDataError
        If columns are missing.
    """
    _check(background, rows, max_rows)
    features = list(fitted.features)
    predict = partial(predict_rows, fitted, candidate=candidate)
    answers = Answers(predict, fitted.classes, on_step=on_step)
    known = named_columns(rows, features)
    usual = named_columns(background, features)
    standing = answers.values(usual)
    walks = plan_walks(standing, len(features), _pairs(max_evaluations, len(features)), seed)
    found = contributions(answers, usual, standing, known, walks)
    labels = predict(known)["prediction"].tolist()
    return {
        "columns": features,
        "background_rows": len(background),
        "rows": [
            {"prediction": label, "outputs": _told(found, row, features, answers.outputs)}
            for row, label in enumerate(labels)
        ],
    }


def _check(background: pd.DataFrame, rows: pd.DataFrame, max_rows: int) -> None:
    if not 1 <= len(rows) <= max_rows:
        raise ResourceLimitError(
            f"{len(rows):,} rows were sent to be explained; accepted: 1 to {max_rows:,}"
        )
    if len(background) == 0:
        raise InvalidParameterError(
            "The model was stored without training rows to compare with, so single predictions "
            "cannot be explained; train it again"
        )


def _pairs(max_evaluations: int, columns: int) -> int:
    return min(_MOST_PAIRS, max(1, max_evaluations // (2 * max(1, columns - 1))))


def _told(
    found: Contributions, row: int, features: list[str], outputs: tuple[str, ...]
) -> dict[str, Any]:
    return {
        output: {
            "base_value": float(found.base[place]),
            "value": float(found.predicted[row, place]),
            "contributions": _by_strength(features, found.values[row, :, place]),
        }
        for place, output in enumerate(outputs)
    }


def _by_strength(features: list[str], values: Values) -> dict[str, float]:
    order = np.argsort(-np.abs(values), kind="stable")
    return {features[place]: float(values[place]) for place in order}
