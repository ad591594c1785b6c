"""A time that stands in several columns, such as a date and an hour, read as one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from pipeline.series.grouping import telling_columns
from pipeline.series.inference import infer_calendar
from pipeline.series.part_names import Part, part_of_name, says_time
from pipeline.series.serial_times import is_serial
from pipeline.series.time_parts import Stamps, TimePart, find_parts
from pipeline.series.times import ISO, YEAR, TimeReader
from pipeline.table.spec import TableSpec
from pipeline.table.values import texts

_TO_DAYS = ((Part.MONTH, Part.DAY), (Part.DAY_OF_YEAR,))
_CLOCK = ((Part.CLOCK,), (Part.CLOCK, Part.MINUTE))
_REST: dict[Part, tuple[tuple[Part, ...], ...]] = {
    Part.YEAR: (
        (Part.MONTH,),
        (Part.QUARTER,),
        (Part.WEEK,),
        *_TO_DAYS,
        *((*days, *clock) for days in _TO_DAYS for clock in _CLOCK),
    ),
    Part.MONTH: ((Part.DAY,), *((Part.DAY, *clock) for clock in _CLOCK)),
    Part.DAY: _CLOCK,
}
"""What may complete a time that is known to the year, month or day."""
_LEAST_TEXT = len("2026-01-31")
_LOOKED_AT_SERIES, _FEWEST_TIMES, _REGULAR_SHARE = 20, 4, 0.5
_FILLED_SHARE = 0.2
"""Eight hours of five days a week; less looks like the hour at which each of a few shops opens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedTime:
    """The column with the coarsest part, how it is read, and what completes it."""

    column: str
    reader: TimeReader
    parts: tuple[TimePart, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that it is read from."""
        return self.column, *(part.column for part in self.parts)


def read_joined(
    frame: pd.DataFrame, column: str, reader: TimeReader, parts: Sequence[TimePart]
) -> pd.DatetimeIndex:
    """The time of each row, missing where any part is."""
    stamps: Stamps = reader.read(frame[column]).to_numpy()
    for part in parts:
        stamps = part.add_to(stamps, part.read(frame[part.column]))
    return pd.DatetimeIndex(stamps).as_unit("us")


def read_asked(
    frame: pd.DataFrame, column: str, reader: TimeReader, parts: Sequence[TimePart]
) -> pd.DatetimeIndex:
    """As :func:`read_joined`; rows without any part may tell the whole time in ``column``."""
    given = frame.reindex(columns=[column, *(part.column for part in parts)])
    joined = read_joined(given, column, reader, parts)
    cells = [texts(given[part.column]) for part in parts]
    is_whole = np.array([all(cell is None for cell in row) for row in zip(*cells, strict=True)])
    if not is_whole.any():
        return joined
    told = given[column]
    if not pd.api.types.is_datetime64_any_dtype(told.dtype):
        text = told.astype("str")
        told = text.where(text.str.len() >= _LEAST_TEXT)
    whole = TimeReader(ISO).read(told)
    return pd.DatetimeIndex(np.where(is_whole, whole.to_numpy(), joined.to_numpy()))


def find_joined(
    frame: pd.DataFrame,
    readers: Mapping[str, TimeReader],
    best: str,
    usable: Sequence[str],
    spec: TableSpec,
) -> JoinedTime | None:
    """The columns that together are plainly the time of each row, if any are.

    Their names and values have to be those of parts of a time; together they have to tell rows
    apart with fewer further columns than the ``best`` single column does, at regular times.

    Parameters
    ----------
    readers
        The columns that may hold the coarsest part.
    usable
        The columns that may hold the others, or tell the series apart.
    """
    group = spec.group_column
    parts = find_parts(frame, [name for name in usable if name != group])
    if not parts:
        return None
    alone = None
    if spec.time_column is not None or not _may_be_amounts(frame[best], readers[best]):
        others = [name for name in usable if name != best]
        alone = telling_columns(frame, others, readers[best].read(frame[best]), group)
    if alone is not None and (group is not None or not alone):
        return None
    if spec.time_column is None:
        readers = {name: one for name, one in readers.items() if _may_begin(name, one)}
    found = []
    for place, joined in enumerate(_possible(frame, readers, parts)):
        times = read_joined(frame, joined.column, joined.reader, joined.parts)
        left = [name for name in usable if name not in joined.columns]
        groups = telling_columns(frame, left, times, group)
        if groups is None or (alone is not None and len(groups) >= len(alone)):
            continue
        if _is_regular(frame, times, groups):
            found.append((len(groups), len(joined.parts), place, joined))
    return min(found, key=lambda one: one[:3])[3] if found else None


def _may_be_amounts(column: pd.Series, reader: TimeReader) -> bool:
    """Large numbers that happen to lie where those of seconds since 1970 do."""
    if not is_serial(reader.form) or says_time(str(column.name)):
        return False
    times = reader.read(column).dropna().unique().sort_values()
    return infer_calendar(times) is None


def _may_begin(name: str, reader: TimeReader) -> bool:
    """Any number could be a year."""
    return reader.form != YEAR or part_of_name(name) is Part.YEAR


def _possible(
    frame: pd.DataFrame, readers: Mapping[str, TimeReader], parts: list[TimePart]
) -> Iterator[JoinedTime]:
    for name, reader in readers.items():
        known = _known_to(reader, reader.read(frame[name]))
        for rest in _REST[known] if known is not None else ():
            columns = [[one for one in parts if one.part is part] for part in rest]
            for chosen in product(*columns):
                if all(one.column != name for one in chosen):
                    yield JoinedTime(column=name, reader=reader, parts=chosen)


def _known_to(reader: TimeReader, times: pd.DatetimeIndex) -> Part | None:
    """The year, month or day to which the times of a column are known."""
    present = times.dropna()
    if reader.form == YEAR:
        return Part.YEAR
    if (present != present.normalize()).any():
        return None
    tells_no_day = reader.form.startswith("%") and "%d" not in reader.form
    if (present.day != 1).any() or (present.nunique() == 1 and not tells_no_day):
        return Part.DAY
    is_year = (present.month == 1).all() and not tells_no_day
    return Part.YEAR if is_year else Part.MONTH


def _is_regular(frame: pd.DataFrame, times: pd.DatetimeIndex, groups: tuple[str, ...]) -> bool:
    """Whether at least half of the series, of those that are looked at, have a calendar."""
    series = np.zeros(len(frame), dtype=np.int64)
    if groups:
        series[:] = frame.groupby(list(groups), dropna=False).ngroup()
    found = []
    for number in range(min(int(series.max()) + 1, _LOOKED_AT_SERIES)):
        own = times[series == number].dropna().unique().sort_values()
        if len(own) >= _FEWEST_TIMES:
            found.append(_fills_calendar(own))
    return bool(found) and float(np.mean(found)) >= _REGULAR_SHARE


def _fills_calendar(times: pd.DatetimeIndex) -> bool:
    calendar = infer_calendar(times)
    if calendar is None:
        return False
    periods = calendar.positions(times)
    return len(times) >= _FILLED_SHARE * int(periods[-1] - periods[0] + 1)
