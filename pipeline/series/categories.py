"""What kind of series each is, from a column that says the same in all of its rows."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from pipeline.series.columns import SeriesColumns
from pipeline.series.naming import names_as_text, series_numbers

_SERIES_OF_A_KIND = 3
"""On average; smaller kinds tell no more than the series themselves."""

Names = tuple[str, ...]


def find_categories(
    frame: pd.DataFrame, columns: SeriesColumns, excluded: Sequence[str]
) -> dict[Names, str]:
    """By the names of a series its kind; empty where no column tells any.

    Of the columns of text that never change within a series, names of series among them, it is the
    one with the most kinds that have several series.
    """
    candidates = list(_candidates(frame, columns, excluded))
    if not columns.groups or not candidates:
        return {}
    numbers, keys = series_numbers(frame, columns.groups)
    first = np.unique(numbers, return_index=True)[1]
    best: dict[Names, str] = {}
    for name in candidates:
        codes, kinds = pd.factorize(frame[name], use_na_sentinel=False)
        is_finest = len(set(best.values())) < len(kinds) <= len(keys) / _SERIES_OF_A_KIND
        if len(kinds) > 1 and is_finest and (codes == codes[first][numbers]).all():
            best = dict(zip(keys, names_as_text(frame[name].iloc[first]), strict=True))
    return best


def _candidates(
    frame: pd.DataFrame, columns: SeriesColumns, excluded: Sequence[str]
) -> Iterable[str]:
    used = (*columns.times, columns.target, *columns.covariates, *excluded)
    for name in frame.columns:
        is_text = isinstance(frame[name].dtype, pd.StringDtype)
        if name not in used and (is_text or (name in columns.groups and len(columns.groups) > 1)):
            yield name
