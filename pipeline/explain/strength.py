"""How much each column moves the predictions: the mean size of its contributions."""

from typing import Any

import numpy as np

from pipeline.explain.answers import Answers, OutOfTimeError
from pipeline.explain.figures import cell, figure, figures
from pipeline.explain.judged import Judged
from pipeline.explain.shapley import Contributions, contributions, plan_walks

_MOST_ROWS = 200
_FEWEST_ROWS = 20
_PAIRS = (16, 8, 4, 2)
_BACKGROUND = 100
_MOST_CLASSES = 10
_SHOWN_COLUMNS = 5


def shap_importance(answers: Answers, judged: Judged, *, share: float, seed: int) -> dict[str, Any]:
    """The mean absolute Shapley value of each column over a sample of the test rows.

    Returns
    -------
    dict
        ``rows``; ``base_values`` by class (or ``prediction``); ``columns``, the strongest first:
        ``importance`` (the mean over the classes) and ``by_class`` for up to ten classes; and
        ``values``: for the strongest five columns the cell and the contribution in each row, for
        a classification that to the probability of the last class.

    Raises
    ------
    OutOfTimeError
        If too few rows fit into ``share`` of the time that is left.
    """
    rows, pairs = _size(answers, len(judged.rows), len(judged.rows.columns), share)
    background = judged.sample(_BACKGROUND, seed + 1).rows
    sample = judged.sample(rows, seed).rows
    standing = answers.values(background)
    walks = plan_walks(standing, len(sample.columns), pairs, seed)
    found = contributions(answers, background, standing, sample, walks)
    return {
        "rows": len(sample),
        "base_values": dict(zip(answers.outputs, figures(found.base), strict=True)),
        **_described(found, judged, sample.columns.tolist(), sample.to_dict("list")),
    }


def _size(answers: Answers, rows: int, columns: int, share: float) -> tuple[int, int]:
    affordable = answers.affordable_rows(share)
    for pairs in _PAIRS:
        each = 2 * pairs * max(1, columns - 1)
        count = int(min(_MOST_ROWS, rows, affordable // each))
        if count >= min(_FEWEST_ROWS, rows):
            return count, pairs
    raise OutOfTimeError


def _described(
    found: Contributions, judged: Judged, names: list[str], cells: dict[Any, list[Any]]
) -> dict[str, Any]:
    sizes = np.abs(found.values).mean(axis=0)
    order = np.argsort(-sizes.mean(axis=1), kind="stable")
    shown = (judged.classes or ())[:_MOST_CLASSES]
    columns = []
    for place in order:
        told: dict[str, Any] = {
            "column": str(names[place]),
            "importance": figure(sizes[place].mean()),
        }
        if shown:
            told["by_class"] = dict(zip(shown, figures(sizes[place]), strict=False))
        columns.append(told)
    values = [
        {
            "column": str(names[place]),
            "cells": [cell(value) for value in cells[names[place]]],
            "contributions": figures(found.values[:, place, -1]),
        }
        for place in order[:_SHOWN_COLUMNS]
    ]
    return {"columns": columns, "values": values}
