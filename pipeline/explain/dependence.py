"""How predictions change with one column while everything else stays as it is."""

from typing import Any

import numpy as np
import pandas as pd

from pipeline.explain.answers import Answers, OutOfTimeError, Values
from pipeline.explain.figures import cell, figures
from pipeline.explain.grid import Grid, grid_of
from pipeline.explain.judged import Judged
from pipeline.explain.mixing import mixed

_ROWS = (200, 100, 50)
_GRID_ROWS = 10_000
_MOST_CLASSES = 10
_QUANTILES = {"p10": 0.1, "median": 0.5, "p90": 0.9}


def partial_dependence(
    answers: Answers, judged: Judged, columns: list[str], *, seed: int
) -> dict[str, Any]:
    """The effect of each of ``columns`` on the predictions for a sample of test rows.

    Every row of the sample gets each value of a grid in turn: quantiles of numbers and dates, the
    most frequent values of categories.

    Returns
    -------
    dict
        ``columns``: for each its ``kind``, the ``grid``, and ``outputs`` by class (up to ten) or
        ``prediction``: the ``mean`` over the rows (partial dependence) and the quantiles ``p10``,
        ``median`` and ``p90`` of the single rows (individual conditional expectations).
        ``left_out`` has the columns without such a curve, and why.

    Raises
    ------
    OutOfTimeError
        If the time is not enough for any column.
    """
    known = judged.sample(_GRID_ROWS, seed).rows
    told: list[dict[str, Any]] = []
    left_out: dict[str, str] = {}
    for column in columns:
        grid = grid_of(known[column])
        if grid is None:
            left_out[column] = "it is empty, or of texts of which hardly any repeats"
            continue
        try:
            told.append(_curve(answers, judged, known[column], grid, seed))
        except OutOfTimeError:
            if not told:
                raise
            left_out[column] = "the time did not suffice"
    return {"columns": told, "left_out": left_out}


def _curve(
    answers: Answers, judged: Judged, column: pd.Series, grid: Grid, seed: int
) -> dict[str, Any]:
    rows = next(
        (rows for rows in _ROWS if rows * len(grid.places) <= answers.affordable_rows(1.0)), None
    )
    if rows is None:
        raise OutOfTimeError
    sample = judged.sample(rows, seed).rows
    values = _with_each(answers, sample, column, grid)
    return {
        "column": str(column.name),
        "kind": grid.kind,
        "rows": len(sample),
        "grid": [cell(value) for value in column.iloc[grid.places].tolist()],
        "outputs": {
            output: _described(values[:, :, place])
            for place, output in enumerate(answers.outputs[:_MOST_CLASSES])
        },
    }


def _with_each(answers: Answers, sample: pd.DataFrame, column: pd.Series, grid: Grid) -> Values:
    """Predictions with each value of the grid, shape (grid, rows, outputs)."""
    rows, points = len(sample), len(grid.places)
    position = sample.columns.get_loc(column.name)
    pool = pd.concat([sample, sample.iloc[np.zeros(points, dtype=np.int64)]], ignore_index=True)
    pool[column.name] = pd.concat(
        [sample[column.name], column.iloc[grid.places]], ignore_index=True
    )
    places = np.tile(np.arange(rows)[:, None], (points, len(sample.columns)))
    places[:, position] = np.repeat(np.arange(rows, rows + points), rows)
    return answers.values(mixed(pool, places)).reshape(points, rows, -1)


def _described(values: Values) -> dict[str, Any]:
    """Of predictions, shape (grid, rows)."""
    quantiles = np.quantile(values, list(_QUANTILES.values()), axis=1)
    return {
        "mean": figures(values.mean(axis=1)),
        **{name: figures(line) for name, line in zip(_QUANTILES, quantiles, strict=True)},
    }
