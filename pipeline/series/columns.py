"""Which columns of a table are the time, the names of the series, and what may explain them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import InvalidDataError, InvalidParameterError, TargetNotFoundError
from pipeline.forecast.unpickling import set_state
from pipeline.series.grouping import find_groups
from pipeline.series.joined_time import read_asked, read_joined
from pipeline.series.texts import Words, indicator, words_of
from pipeline.series.time_columns import find_time
from pipeline.series.time_parts import TimePart
from pipeline.series.times import TimeReader
from pipeline.table.arrow import name_columns
from pipeline.table.columns import number_reader
from pipeline.table.encoding.written_numbers import NumberReader
from pipeline.table.spec import TableSpec
from pipeline.table.values import Floats, numbers

FORECAST_COLUMNS = ("prediction", "lower", "upper")
_READABLE_SHARE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesColumns:
    """Names of columns; ``notes`` tell what was found without being asked for.

    ``covariates`` are the number columns and, for each of the ``words`` of a column of text, one
    that tells which rows have it. ``parts`` are in the columns that complete the ``time``, where it
    stands in several. ``written`` tells how to read those of the number columns that are text.
    """

    time: str
    reader: TimeReader
    groups: tuple[str, ...]
    target: str
    covariates: tuple[str, ...]
    notes: tuple[str, ...]
    words: Words = field(default_factory=dict)
    parts: tuple[TimePart, ...] = ()
    written: Mapping[str, NumberReader] = field(default_factory=dict)

    def __setstate__(self, values: list[Any]) -> None:
        set_state(self, values)

    @property
    def times(self) -> tuple[str, ...]:
        """All columns that tell the time, from the coarsest to the finest."""
        return self.time, *(part.column for part in self.parts)

    def read_times(self, frame: pd.DataFrame) -> pd.DatetimeIndex:
        """The time of each row, missing where it cannot be read."""
        return read_joined(frame, self.time, self.reader, self.parts)

    def read_asked(self, frame: pd.DataFrame) -> pd.DatetimeIndex:
        """As ``read_times``, of rows to predict, which may tell the whole time in one column."""
        return read_asked(frame, self.time, self.reader, self.parts)

    def tell_times(self, times: pd.DatetimeIndex) -> pd.Series:
        """Times in the form of the column, or whole ones if several columns make them."""
        return pd.Series(times) if self.parts else self.reader.tell(times)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The covariates that are columns of numbers."""
        made = set(self._column_of_indicator)
        return tuple(name for name in self.covariates if name not in made)

    def read_number(self, name: str, cells: pd.Series) -> Floats:
        """The numbers of a covariate that is a column of numbers."""
        return numbers(cells, self.written[name].read if name in self.written else None)

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
    time = find_time(frame, usable, dated, spec, notes)
    times = read_joined(frame, time.column, time.reader, time.parts)
    usable = [name for name in usable if name not in time.columns]
    groups = find_groups(frame, usable, times, spec, notes)
    _require_own_names((time.column, *groups))
    left = [name for name in usable if name not in groups]
    written = _written(frame, left)
    numeric = [name for name in left if name in written or _is_number_column(frame[name])]
    words = _words(frame, [name for name in left if name not in numeric], spec)
    told = [indicator(name, word) for name in words for word in words[name]]
    return SeriesColumns(
        time=time.column,
        reader=time.reader,
        groups=groups,
        target=spec.target,
        covariates=(*numeric, *told),
        notes=tuple(notes),
        words=words,
        parts=time.parts,
        written=written,
    )


def _written(frame: pd.DataFrame, names: list[str]) -> dict[str, NumberReader]:
    """How to read columns of text that hold numbers, such as 1,5 or 12 %, all in one unit."""
    texts = [name for name in names if isinstance(frame[name].dtype, pd.StringDtype)]
    readers = ((name, number_reader(frame[name])) for name in texts)
    return {name: one for name, one in readers if one is not None and not one.has_units}


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


def _is_number_column(column: pd.Series) -> bool:
    kind = column.dtype
    return bool(pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind))
