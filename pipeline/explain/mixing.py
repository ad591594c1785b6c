"""Rows put together from cells of other rows."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.errors import InvalidDataError
from pipeline.table.arrow import name_columns

Places = npt.NDArray[np.int64]


def named_columns(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """The columns ``names`` of ``rows``, in that order.

    Raises
    ------
    InvalidDataError
        If some are missing; the message names each.
    """
    present = [str(name) for name in rows.columns]
    missing = [name for name in names if name not in present]
    if missing:
        raise InvalidDataError(f"Columns that the model needs are missing: {name_columns(missing)}")
    return rows.set_axis(present, axis=1)[names]


def mixed(pool: pd.DataFrame, places: Places) -> pd.DataFrame:
    """Rows whose cell in column ``j`` is that of row ``places[row, j]`` of ``pool``."""
    columns = {
        name: pool[name].array.take(places[:, position])
        for position, name in enumerate(pool.columns)
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(len(places)), copy=False)


def pooled(rows: pd.DataFrame, background: pd.DataFrame) -> pd.DataFrame:
    """``rows`` above the rows of ``background``, column by column in a type that holds both.

    Rows of a request are often typed otherwise than the table was: whole numbers where there were
    fractions, text where there were dates. They are read as the background's type says.
    """
    columns = {
        name: pd.concat([_read_as(rows[name], background[name]), background[name]])
        for name in background.columns
    }
    return pd.DataFrame(columns).reset_index(drop=True)


def _read_as(column: pd.Series, like: pd.Series) -> pd.Series:
    if column.dtype == like.dtype:
        return column
    if pd.api.types.is_datetime64_any_dtype(like.dtype):
        return _as_dates(column, like)
    is_number = pd.api.types.is_numeric_dtype(like.dtype)
    if is_number and not pd.api.types.is_bool_dtype(like.dtype):
        return pd.to_numeric(column, errors="coerce")
    return column


def _as_dates(column: pd.Series, like: pd.Series) -> pd.Series:
    dates = pd.to_datetime(column, format="ISO8601", errors="coerce", utc=True)
    zone = like.dt.tz
    return dates.dt.tz_localize(None) if zone is None else dates.dt.tz_convert(zone)
