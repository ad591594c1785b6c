"""The test rows that the model got most wrong: the first place to look for errors in the data."""

from typing import Any

import numpy as np

from pipeline.explain.figures import cell
from pipeline.explain.judged import Judged

_ROWS = 10
_COLUMNS = 20


def worst_rows(judged: Judged) -> list[dict[str, Any]]:
    """Up to ten rows, the worst first: those with the least probability for their true class, or
    with the largest error; with the values of their first twenty columns."""
    true = judged.target.astype(np.int64) if judged.classes else judged.target
    if judged.classes is None:
        error = np.abs(judged.target - judged.amounts)
    else:
        error = 1.0 - judged.values[np.arange(len(true)), true]
    order = np.argsort(-error, kind="stable")[:_ROWS]
    return [_told(judged, int(place), float(error[place])) for place in order]


def _told(judged: Judged, place: int, error: float) -> dict[str, Any]:
    actual = judged.target[place]
    row = judged.rows.iloc[place, :_COLUMNS]
    return {
        "row": cell(judged.rows.index[place]),
        "actual": cell(actual) if judged.classes is None else judged.classes[int(actual)],
        "predicted": cell(judged.predicted["prediction"].iloc[place]),
        "error": cell(error),
        "values": {str(name): cell(value) for name, value in row.items()},
    }
