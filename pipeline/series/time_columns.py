"""Which columns of a table tell the time of each row."""

import pandas as pd

from pipeline.errors import InvalidDataError, InvalidParameterError, PipelineError
from pipeline.series.counted_times import COUNTED, counts, may_count
from pipeline.series.grouping import telling_columns
from pipeline.series.joined_time import JoinedTime, find_joined
from pipeline.series.not_time import ACCEPTED, what_it_holds, what_they_hold
from pipeline.series.part_names import part_of_name, tells_time
from pipeline.series.serial_times import is_serial, spoken
from pipeline.series.times import TimeReader, find_reader
from pipeline.table.arrow import name_columns
from pipeline.table.spec import TableSpec


def find_time(
    frame: pd.DataFrame, usable: list[str], dated: list[str], spec: TableSpec, notes: list[str]
) -> JoinedTime:
    """The column that tells the time, or those that do together."""
    readers = _time_readers(frame, dated, spec) or _counted(frame, usable, spec)
    if not readers:
        raise _no_time(frame, dated, spec)
    best = max(readers, key=lambda name: _as_time(frame, name, readers[name]))
    if readers[best].is_counted:
        notes.append(
            f"'{best}' counts the periods; of which dates it does not tell, so that nothing is"
            " known of weekdays or holidays"
        )
        return JoinedTime(column=best, reader=readers[best], parts=())
    joined = find_joined(frame, readers, best, usable, spec)
    if joined is not None:
        notes.append(
            f"{name_columns(list(joined.columns))} were read together as the time of each row"
        )
        return joined
    if spec.time_column is None:
        others = [name for name in readers if name != best]
        also = f"; it could also have been {name_columns(others)}" if others else ""
        notes.append(f"'{best}' was taken as the time of each row{also}")
    if is_serial(readers[best].form):
        how, first = spoken(readers[best].form), readers[best].read(frame[best]).min()
        notes.append(f"The numbers of '{best}' were read as {how}, from {first} on")
    return JoinedTime(column=best, reader=readers[best], parts=())


def _time_readers(frame: pd.DataFrame, dated: list[str], spec: TableSpec) -> dict[str, TimeReader]:
    """How to read the named column, or every one that may tell the time, if any do."""
    named = spec.time_column
    found = {
        name: find_reader(frame[name], says_time=name == named or tells_time(name))
        for name in ([named] if named is not None else dated)
    }
    return {name: reader for name, reader in found.items() if reader is not None}


def _counted(frame: pd.DataFrame, usable: list[str], spec: TableSpec) -> dict[str, TimeReader]:
    """The named column, or all by their name, whose whole numbers count the periods."""
    named = [spec.time_column] if spec.time_column is not None else filter(may_count, usable)
    reader = TimeReader(COUNTED)
    return {
        name: reader
        for name in named
        if counts(frame[name]) and _counts_alone(frame, name, reader, usable, spec)
    }


def _counts_alone(
    frame: pd.DataFrame, name: str, reader: TimeReader, usable: list[str], spec: TableSpec
) -> bool:
    """Whether rows need no further part of a time, such as the hour, to be told apart."""
    others = [other for other in usable if other != name]
    if any(part_of_name(other) is not None for other in others if other != spec.group_column):
        return False
    times = reader.read(frame[name])
    return telling_columns(frame, others, times, spec.group_column) is not None


def _no_time(frame: pd.DataFrame, dated: list[str], spec: TableSpec) -> PipelineError:
    if spec.time_column is not None:
        return InvalidParameterError(
            f"time_column is '{spec.time_column}', whose values cannot be read as times:"
            f" {what_it_holds(frame, spec.time_column)}; {ACCEPTED}"
        )
    near = what_they_hold(frame, dated)
    return InvalidDataError(
        "No column tells the time: a time series needs one with dates, time stamps or years."
        f" {f'{near}. ' if near else ''}The columns are {', '.join(map(str, frame.columns))}."
        f" Name one as time_column, or choose regression; {ACCEPTED}"
    )


def _as_time(frame: pd.DataFrame, name: str, reader: TimeReader) -> tuple[bool, int, int]:
    """How well a column serves as time: typed dates first, then the most different times."""
    typed = pd.api.types.is_datetime64_any_dtype(frame[name].dtype)
    is_number = pd.api.types.is_numeric_dtype(frame[name].dtype)
    different = reader.read(frame[name]).nunique()
    return not is_number or reader.form != "%Y", different, int(typed)
