"""Which columns of a table are the time, the names of the series, and what may explain them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.errors import InvalidDataError, InvalidParameterError, TargetNotFoundError
from pipeline.forecast.unpickling import set_state
from pipeline.series.texts import Words, indicator, words_of
from pipeline.series.times import TimeReader, find_reader
from pipeline.table.arrow import name_columns
from pipeline.table.spec import TableSpec
from pipeline.table.values import numbers

FORECAST_COLUMNS = ("prediction", "lower", "upper")
_READABLE_SHARE = 0.95
_REPEATED_SHARE = 0.02
"""Up to so many rows of a series may share their time with another row of it."""
_ROWS_PER_SERIES = 4
_MOST_GROUP_COLUMNS = 3
_TRIED_GROUP_COLUMNS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesColumns:
    """Names of columns; ``notes`` tell what was found without being asked for.

    ``covariates`` are the number columns and, for each of the ``words`` of a column of text, one
    that tells which rows have it.
    """

    time: str
    reader: TimeReader
    groups: tuple[str, ...]
    target: str
    covariates: tuple[str, ...]
    notes: tuple[str, ...]
    words: Words = field(default_factory=dict)

    def __setstate__(self, values: list[Any]) -> None:
        set_state(self, values)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The covariates that are columns of numbers."""
        made = set(self._column_of_indicator)
        return tuple(name for name in self.covariates if name not in made)

    def columns_of(self, covariates: Collection[str]) -> tuple[str, ...]:
        """The columns of the table that some covariates come from, in the order of covariates."""
        columns = self._column_of_indicator
        used = [columns.get(name, name) for name in self.covariates if name in covariates]
        return tuple(dict.fromkeys(used))

    @property
    def _column_of_indicator(self) -> dict[str, str]:
        return {indicator(name, word): name for name, words in self.words.items() for word in words}


def find_columns(frame: pd.DataFrame, spec: TableSpec) -> SeriesColumns:
    """Find out what each column is for.

    Raises
    ------
    PipelineError
        One of its leaves, if a named column is not there or not of the kind it has to be, or if
        no column tells a time.
    """
    _require_target(frame, spec)
    _require_columns(frame, spec)
    usable = [name for name in frame.columns if name not in (spec.target, *spec.exclude_columns)]
    notes: list[str] = []
    dated = [name for name in usable if name != spec.group_column]
    time, reader = _time_column(frame, dated, spec, notes)
    times = reader.read(frame[time])
    usable = [name for name in usable if name != time]
    groups = _group_columns(frame, usable, times, spec, notes)
    _require_own_names((time, *groups))
    left = [name for name in usable if name not in groups]
    numeric = [name for name in left if _is_number_column(frame[name])]
    words = _words(frame, [name for name in left if name not in numeric], spec)
    told = [indicator(name, word) for name in words for word in words[name]]
    return SeriesColumns(
        time=time,
        reader=reader,
        groups=groups,
        target=spec.target,
        covariates=(*numeric, *told),
        notes=tuple(notes),
        words=words,
    )


def _words(frame: pd.DataFrame, names: list[str], spec: TableSpec) -> Words:
    """Of columns of text that rows without a target may tell ahead."""
    if not frame[spec.target].isna().any():
        return {}
    texts = [name for name in names if isinstance(frame[name].dtype, pd.StringDtype)]
    taken = set(frame.columns)
    return {
        name: words
        for name, words in words_of(frame, texts).items()
        if taken.isdisjoint(indicator(name, word) for word in words)
    }


def _require_target(frame: pd.DataFrame, spec: TableSpec) -> None:
    if spec.target not in frame.columns:
        raise TargetNotFoundError(
            f"Target variable '{spec.target}' not found in data. "
            f"Available columns: {[str(name) for name in frame.columns]}"
        )
    column = frame[spec.target]
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        raise InvalidDataError(
            f"Column '{spec.target}' holds dates; the target of a time series is a number. Name"
            " the column of amounts as target_variable and this one as time_column"
        )
    read = numbers(column)
    present = column.notna().to_numpy()
    if not present.any():
        raise InvalidDataError(f"Column '{spec.target}' has no values to learn from")
    readable = np.isfinite(read[present]).mean()
    if readable < _READABLE_SHARE:
        wrong = column[present][~np.isfinite(read[present])].iloc[0]
        raise InvalidDataError(
            f"Column '{spec.target}' is not numeric (it holds {str(wrong)[:60]!r}); the target of"
            " a time series is a number for each time. For labels choose classification"
        )


def _require_columns(frame: pd.DataFrame, spec: TableSpec) -> None:
    named = {"time_column": spec.time_column, "group_column": spec.group_column}
    for role, name in named.items():
        if name is not None and name not in frame.columns:
            raise InvalidParameterError(
                f"{role} is '{name}', which is not in the data. Available columns: "
                f"{', '.join(map(str, frame.columns))}"
            )
    if spec.time_column is not None and spec.time_column == spec.group_column:
        raise InvalidParameterError(
            f"time_column and group_column are both '{spec.time_column}'; name two columns, or"
            " leave group_column out"
        )
    unknown = [name for name in spec.exclude_columns if name not in frame.columns]
    if unknown:
        raise InvalidParameterError(
            f"exclude_columns names columns that are not in the data: {name_columns(unknown)}"
        )


def _require_own_names(names: tuple[str, ...]) -> None:
    """A forecast has the time and the names of the series beside its own columns."""
    taken = [name for name in names if name in FORECAST_COLUMNS]
    if taken:
        raise InvalidDataError(
            f"A forecast has columns of its own called {name_columns(taken)}; give the columns of"
            " the table that hold the time or name the series other names"
        )


def _time_column(
    frame: pd.DataFrame, usable: list[str], spec: TableSpec, notes: list[str]
) -> tuple[str, TimeReader]:
    if spec.time_column is not None:
        reader = find_reader(frame[spec.time_column])
        if reader is None:
            raise InvalidParameterError(
                f"time_column is '{spec.time_column}', whose values cannot be read as times;"
                " accepted: dates, time stamps, dates as text such as 2026-01-31, or whole years"
            )
        return spec.time_column, reader
    readers = {name: reader for name in usable if (reader := find_reader(frame[name])) is not None}
    if not readers:
        raise InvalidDataError(
            "No column tells the time: a time series needs one with dates, time stamps or years."
            f" The columns are {', '.join(map(str, frame.columns))}. Name one as time_column, or"
            " choose regression"
        )
    best = max(readers, key=lambda name: _as_time(frame, name, readers[name]))
    others = [name for name in readers if name != best]
    also = f"; it could also have been {name_columns(others)}" if others else ""
    notes.append(f"'{best}' was taken as the time of each row{also}")
    return best, readers[best]


def _as_time(frame: pd.DataFrame, name: str, reader: TimeReader) -> tuple[bool, int, int]:
    """How well a column serves as time: typed dates first, then the most different times."""
    typed = pd.api.types.is_datetime64_any_dtype(frame[name].dtype)
    is_number = pd.api.types.is_numeric_dtype(frame[name].dtype)
    different = reader.read(frame[name]).nunique()
    return not is_number or reader.form != "%Y", different, int(typed)


def _group_columns(
    frame: pd.DataFrame,
    usable: list[str],
    times: pd.DatetimeIndex,
    spec: TableSpec,
    notes: list[str],
) -> tuple[str, ...]:
    if spec.group_column is not None:
        return (spec.group_column,)
    known = np.asarray(times.notna())
    clock = times[known].asi8
    if _repeated(clock, []) <= _REPEATED_SHARE:
        return ()
    codes = _group_candidates(frame[known], usable)
    best = _telling_apart(clock, codes)
    if best is None:
        notes.append(
            "Several rows share a time and no column tells them apart as series: they are taken"
            " together as one series. Name a group_column to forecast several"
        )
        return ()
    best = tuple(name for name in usable if name in best)
    together = "together tell" if len(best) > 1 else "tells"
    notes.append(f"{name_columns(list(best))} {together} the series apart")
    return best


def _group_candidates(frame: pd.DataFrame, usable: list[str]) -> dict[str, npt.NDArray[np.int64]]:
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


def _telling_apart(
    clock: npt.NDArray[np.int64], codes: dict[str, npt.NDArray[np.int64]]
) -> tuple[str, ...] | None:
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


def _joined(codes: list[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    joined = codes[0]
    for code in codes[1:]:
        joined = joined * (int(code.max()) + 1) + code
    return np.asarray(np.unique(joined, return_inverse=True)[1], dtype=np.int64)


def _repeated(clock: npt.NDArray[np.int64], groups: list[npt.NDArray[np.int64]]) -> float:
    """The share of rows that come after another one of the same series and time."""
    if len(clock) == 0:
        return 0.0
    keys = pd.DataFrame(dict(enumerate([clock, *groups])))
    return float(keys.duplicated().mean())


def _is_number_column(column: pd.Series) -> bool:
    kind = column.dtype
    return bool(pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind))
