"""Numbers and cells in the form that JSON carries."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

_DIGITS = 6
_LONGEST_TEXT = 80

Array = npt.NDArray[Any]


def figure(value: float | None) -> float | None:
    """To six significant digits; ``None`` for what JSON cannot carry."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{_DIGITS}g}")


def figures(values: Array) -> list[Any]:
    """Each number of an array, nested as the array is."""
    if values.ndim > 1:
        return [figures(part) for part in values]
    return [figure(float(value)) for value in values]


def cell(value: Any) -> str | float | int | bool | None:
    """One cell of a table: numbers and booleans as they are, everything else as short text."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return figure(float(value))
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    text = str(value)
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
