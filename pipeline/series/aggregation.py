"""Several rows of one series and period become one."""

import re

import numpy as np
import pandas as pd

from pipeline.series.calendar import Calendar
from pipeline.series.columns import SeriesColumns

_AMOUNT = re.compile(
    r"sale|sold|qty|quantit|amount|revenue|turnover|demand|count|number|units|orders|volume|total"
    r"|visits|clicks|trips|rides|passengers|cases|deaths|energy|kwh|spend|cost|income|cnt"
)
KEYS = ["series", "period"]


def combine_rows(
    rows: pd.DataFrame, columns: SeriesColumns, calendar: Calendar, notes: list[str]
) -> pd.DataFrame:
    """One row per series and period.

    Rows that are copies of another in everything count once if that leaves one row per period.
    Else amounts are added up and other values averaged: what is added up are whole numbers from 0
    on, and numbers from 0 on in a column whose name tells of an amount. Covariates are averaged.
    """
    repeated = rows.duplicated(KEYS)
    if not repeated.any():
        return rows
    single = rows.drop_duplicates()
    if not single.duplicated(KEYS).any():
        notes.append(f"{len(rows) - len(single):,} rows are copies of another row and count once")
        return single
    adds = adds_up(rows["target"], columns.target)
    grouped = rows.groupby(KEYS, sort=True)
    covariates = [name for name in rows if str(name).startswith("covariate ")]
    combined = (
        grouped[covariates].mean() if covariates else pd.DataFrame(index=grouped.size().index)
    )
    target = grouped["target"]
    combined["target"] = target.sum(min_count=1) if adds else target.mean()
    how = "added up, as they are amounts" if adds else "averaged"
    notes.append(
        f"{int(repeated.sum()):,} rows fall into a period ({calendar.name}) that has another row"
        f" of the same series: their '{columns.target}' was {how}"
    )
    return combined.reset_index()


def adds_up(target: pd.Series, name: str) -> bool:
    """Whether two values make a sum, rather than a mean."""
    known = target.dropna().to_numpy(dtype=np.float64)
    if (known < 0).any():
        return False
    return bool((known % 1 == 0).all() or _AMOUNT.search(name.lower()))
