"""The names of series, as text."""

import numpy as np
import numpy.typing as npt
import pandas as pd

_MOST_EXACT = 2.0**53
"""Beyond it not every whole number can be told from the next."""


def series_numbers(
    frame: pd.DataFrame, groups: tuple[str, ...]
) -> tuple[npt.NDArray[np.int64], list[tuple[str, ...]]]:
    """The number of the series of each row, and the names of each series in order."""
    if not groups:
        return np.zeros(len(frame), dtype=np.int64), [()]
    texts = pd.MultiIndex.from_arrays([names_as_text(frame[name]) for name in groups])
    codes, keys = pd.factorize(texts, sort=True)
    return codes.astype(np.int64), [tuple(map(str, key)) for key in keys.tolist()]


def names_as_text(column: pd.Series) -> pd.Series:
    """Names of series as text; whole numbers have no decimals, a missing one is ``(missing)``."""
    if pd.api.types.is_float_dtype(column.dtype):
        whole = column.where((column % 1 == 0) & (column.abs() < _MOST_EXACT))
        text = whole.astype("Int64").astype("str").fillna(column.astype("str"))
    else:
        text = column.map(_readable, na_action="ignore").astype("str")
    filled: pd.Series = text.where(column.notna(), "(missing)")
    return filled.reset_index(drop=True)


def _readable(name: object) -> object:
    """Bytes as text, also where they are none."""
    return name.decode(errors="backslashreplace") if isinstance(name, bytes) else name
