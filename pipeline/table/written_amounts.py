"""Amounts to predict, also where a table holds them as text."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.table.encoding.written_numbers import find_number_format
from pipeline.table.values import numbers, text_counts

_SAMPLE = 5_000


@dataclass(frozen=True, slots=True)
class Amounts:
    """``values`` are floats, NaN where there is none. ``unreadable`` is a text that is no number;
    ``notes`` tell how texts were read."""

    values: npt.NDArray[np.float64]
    unreadable: str | None = None
    notes: tuple[str, ...] = ()


def read_amounts(column: pd.Series) -> Amounts:
    """The numbers of ``column``, infinite ones included. Texts may be written with a currency, a
    unit, separators of thousands or a decimal comma, if all in the same way; an empty text is
    missing."""
    plain = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    unreadable = _first_told(column[np.isnan(plain)])
    if unreadable is None or not isinstance(column.dtype, pd.StringDtype):
        return Amounts(plain, unreadable)
    written = find_number_format(list(text_counts(column))[:_SAMPLE])
    if written is None or written.has_units:
        return Amounts(plain, unreadable)
    read = numbers(column, written.read)
    note = (
        f"'{column.name}' is text that was read as numbers: "
        f"'{unreadable}' as {written.read(unreadable):.12g}"
    )
    return Amounts(read, _first_told(column[np.isnan(read)]), (note,))


def _first_told(column: pd.Series) -> str | None:
    """The first value that is not missing, as text; one of space only is missing."""
    told = (str(value) for value in column.dropna() if str(value).strip())
    return next(told, None)
