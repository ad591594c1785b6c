"""Columns of a few words, such as the name of an event, as one column of zeros and ones a word."""

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

_MOST_WORDS, _MOST_SHOWN = 50, 10
"""A column of more words describes rows, and words beyond the most frequent ones are rare."""
_LEAST_ROWS = 3
"""A word that comes less often teaches nothing."""

Words = Mapping[str, tuple[str, ...]]
"""By column, the words that have a column of their own."""


def words_of(frame: pd.DataFrame, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The most frequent words of those columns that hold few different ones."""
    found = {}
    for name in names:
        counts = frame[name].value_counts()
        frequent = counts[counts >= _LEAST_ROWS].index[:_MOST_SHOWN]
        varies = len(counts) > 1 or bool(frame[name].isna().any())
        if len(frequent) and varies and len(counts) <= _MOST_WORDS:
            found[name] = tuple(sorted(map(str, frequent)))
    return found


def indicator(column: str, word: str) -> str:
    """What the column of a word is called."""
    return f"{column}: {word}"


def indicators(column: pd.Series, words: Iterable[str]) -> dict[str, npt.NDArray[np.float64]]:
    """By word, whether a row has it; missing where the row tells nothing."""
    text, told = column.astype("str"), column.notna().to_numpy()
    return {word: np.where(told, (text == word).to_numpy(), np.nan) for word in words}
