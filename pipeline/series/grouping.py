"""Which columns of a table tell its series apart."""

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.table.arrow import name_columns
from pipeline.table.spec import TableSpec

Codes = npt.NDArray[np.int64]
_REPEATED_SHARE = 0.02
"""Up to so many rows of a series may share their time with another row of it."""
_ROWS_PER_SERIES = 4
_MOST_GROUP_COLUMNS = 3
_TRIED_GROUP_COLUMNS = 12


def find_groups(
    frame: pd.DataFrame,
    usable: list[str],
    times: pd.DatetimeIndex,
    spec: TableSpec,
    notes: list[str],
) -> tuple[str, ...]:
    """What is asked for, or else what tells the series apart; a note tells what was found."""
    if spec.group_column is not None:
        return (spec.group_column,)
    best = telling_columns(frame, usable, times)
    if best is None:
        notes.append(
            "Several rows share a time and no column tells them apart as series: they are taken"
            " together as one series. Name a group_column to forecast several"
        )
        return ()
    if best:
        together = "together tell" if len(best) > 1 else "tells"
        notes.append(f"{name_columns(list(best))} {together} the series apart")
    return best


def telling_columns(
    frame: pd.DataFrame, usable: list[str], times: pd.DatetimeIndex, group: str | None = None
) -> tuple[str, ...] | None:
    """The fewest columns within whose values (nearly) no time comes twice, none where times are
    different anyway, or None where no columns do; ``group`` is the only one if it is given."""
    known = np.asarray(times.notna())
    clock = times[known].asi8
    if group is not None:
        codes = pd.factorize(frame.loc[known, group], use_na_sentinel=False)[0]
        repeats = _repeated(clock, [codes.astype(np.int64)]) > _REPEATED_SHARE
        return None if repeats else (group,)
    if _repeated(clock, []) <= _REPEATED_SHARE:
        return ()
    best = _telling_apart(clock, _group_candidates(frame[known], usable))
    return None if best is None else tuple(name for name in usable if name in best)


def _group_candidates(frame: pd.DataFrame, usable: list[str]) -> dict[str, Codes]:
    """Columns that name things (text, yes or no, whole numbers), as codes of their values."""
    codes = {}
    for name in usable:
        column = frame[name]
        if pd.api.types.is_float_dtype(column.dtype) or not _names_things(column):
            continue
        code, values = pd.factorize(column, use_na_sentinel=False)
        if 2 <= len(values) <= len(column) / _ROWS_PER_SERIES:
            codes[name] = code.astype(np.int64)
    fewest = sorted(codes, key=lambda name: (-int(codes[name].max()), name))
    return {name: codes[name] for name in fewest[:_TRIED_GROUP_COLUMNS]}


def _names_things(column: pd.Series) -> bool:
    kind = column.dtype
    is_text = isinstance(kind, pd.StringDtype)
    return bool(is_text or pd.api.types.is_bool_dtype(kind) or pd.api.types.is_integer_dtype(kind))


def _telling_apart(clock: Codes, codes: dict[str, Codes]) -> tuple[str, ...] | None:
    """The fewest columns within whose values (nearly) no time comes twice."""
    for count in range(1, _MOST_GROUP_COLUMNS + 1):
        fitting = []
        for names in combinations(codes, count):
            joined = _joined([codes[name] for name in names])
            series = int(joined.max()) + 1
            if series * _ROWS_PER_SERIES > len(clock):
                continue
            repeated = _repeated(clock, [joined])
            if repeated <= _REPEATED_SHARE:
                fitting.append((series, names))
        if fitting:
            return min(fitting)[1]
    return None


def _joined(codes: list[Codes]) -> Codes:
    joined = codes[0]
    for code in codes[1:]:
        joined = joined * (int(code.max()) + 1) + code
    return np.asarray(np.unique(joined, return_inverse=True)[1], dtype=np.int64)


def _repeated(clock: Codes, groups: list[Codes]) -> float:
    """The share of rows that come after another one of the same series and time."""
    if len(clock) == 0:
        return 0.0
    keys = pd.DataFrame(dict(enumerate([clock, *groups])))
    return float(keys.duplicated().mean())
