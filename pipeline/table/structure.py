"""Whether rows depend on each other: in time, or because they belong to the same group."""

import re
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.errors import InvalidParameterError
from pipeline.table.arrow import name_columns
from pipeline.table.columns import date_encoder
from pipeline.table.encoding.identifiers import is_running, tells_time
from pipeline.table.encoding.target_means import outcomes
from pipeline.table.spec import TableSpec
from pipeline.table.values import texts

_LEAST_MOMENTS_SHARE = 0.2
_LEAST_MOMENTS = 50
_LONGEST_DATE = 40
_LEAST_GROUPS = 20
_ROWS_PER_GROUP = 3
_LEAST_LIKENESS = 0.5
_GROUP_NAME = re.compile(
    r"(^|[\W_])(patient|subject|person|customer|client|user|member|player|student|employee|account|"
    r"household|family|session|device|machine|engine|sensor)s?([\W_]?(id|no|nr|number|name|key))?$|^id$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """How rows hang together; empty where they do not.

    Attributes
    ----------
    time_column, group_column
        The columns that say so.
    moments
        For each row its place in time, rising; rows without a moment come first.
    groups
        For each row the number of its group; a row without one is a group of its own.
    notes
        What was found, for people.
    """

    time_column: str | None = None
    group_column: str | None = None
    moments: npt.NDArray[np.int64] | None = None
    groups: npt.NDArray[np.int64] | None = None
    notes: tuple[str, ...] = ()

    def take(self, rows: npt.NDArray[np.int64]) -> Self:
        """The structure of ``rows``, in their order."""
        return type(self)(
            time_column=self.time_column,
            group_column=self.group_column,
            moments=None if self.moments is None else self.moments[rows],
            groups=None if self.groups is None else self.groups[rows],
            notes=self.notes,
        )


UNSTRUCTURED = Structure()


def find_structure(frame: pd.DataFrame, target: npt.NDArray[Any], spec: TableSpec) -> Structure:
    """The structure that ``spec`` names or, on strong evidence only, that the rows show.

    Parameters
    ----------
    frame
        The rows that have a target, in the order of the table, without the target column.
    target
        Their class numbers or amounts.
    spec
        Its ``time_column`` and ``group_column`` win over what is found.

    Raises
    ------
    InvalidParameterError
        If a column that ``spec`` names is not there, or does not hold dates.
    """
    _check_named(frame, spec)
    time, group = spec.time_column, spec.group_column
    if time is None and group is None:
        time = _find_time(frame, target, spec)
        group = None if time else _find_group(frame, target, spec)
    return Structure(
        time_column=time,
        group_column=group,
        moments=None if time is None else _moments(frame, time),
        groups=None if group is None else _groups(frame[group]),
        notes=_notes(time, group, spec),
    )


def _notes(time: str | None, group: str | None, spec: TableSpec) -> tuple[str, ...]:
    notes = []
    if time is not None:
        found = "" if spec.time_column else ": the rows are in the order of this column"
        notes.append(f"Tested on the newest rows by '{time}'{found}")
    if group is not None:
        found = "" if spec.group_column else ": rows of the same group are much alike"
        notes.append(f"Rows of the same '{group}' are never both learned from and tested on{found}")
    return tuple(notes)


def _find_time(frame: pd.DataFrame, target: npt.NDArray[Any], spec: TableSpec) -> str | None:
    """A column of dates, or of counted times such as years, in whose order the whole table is
    written."""
    for name in frame.columns:
        if str(name) in spec.exclude_columns:
            continue
        moments = _moments_told(str(name), frame[name])
        if moments is None:
            continue
        if _is_ordered(moments) and _leaves_every_class(moments, target, spec):
            return str(name)
    return None


def _moments_told(name: str, column: pd.Series) -> npt.NDArray[np.int64] | None:
    """The places in time of all rows, if the column tells a time for each."""
    if column.dtype.kind in "iu":
        distinct = np.unique(column.to_numpy())
        tells = is_running(distinct, len(column)) and tells_time(name, distinct)
        return _ranks(column.to_numpy()) if tells else None
    encoder = date_encoder(column) if _is_date_like(column) else None
    return None if encoder is None else _ranks(encoder.moments(column))


def _is_date_like(column: pd.Series) -> bool:
    """Cheap to see: whether all rows are filled in and the first could be a date."""
    if column.dtype.kind not in "MO" or len(column) == 0 or column.isna().any():
        return False
    first = str(column.iloc[0])
    return len(first) <= _LONGEST_DATE and any(one.isdigit() for one in first)


def _is_ordered(moments: npt.NDArray[np.int64]) -> bool:
    steps = np.diff(moments)
    is_one_way = bool((steps >= 0).all() or (steps <= 0).all())
    distinct = int(moments.max(initial=0))
    return is_one_way and distinct >= max(_LEAST_MOMENTS, _LEAST_MOMENTS_SHARE * len(moments))


def _leaves_every_class(
    moments: npt.NDArray[np.int64], target: npt.NDArray[Any], spec: TableSpec
) -> bool:
    if spec.ml_task != "classification":
        return True
    newest = round(len(moments) * spec.test_size)
    older = np.argsort(moments, kind="stable")[: max(1, len(moments) - newest)]
    return len(np.unique(target[older])) == len(np.unique(target))


def _find_group(frame: pd.DataFrame, target: npt.NDArray[Any], spec: TableSpec) -> str | None:
    """A column that names persons, devices or the like, or is called id and repeats, whose rows
    have much the same target."""
    for name in frame.columns:
        if str(name) in spec.exclude_columns or not _GROUP_NAME.search(str(name)):
            continue
        if frame[name].dtype.kind not in "iuO" or frame[name].isna().any():
            continue
        groups = _groups(frame[name])
        count = int(groups.max()) + 1
        if count < _LEAST_GROUPS or len(groups) < _ROWS_PER_GROUP * count:
            continue
        if _likeness(groups, outcomes(target, _classes(target, spec))) >= _LEAST_LIKENESS:
            return str(name)
    return None


def _classes(target: npt.NDArray[Any], spec: TableSpec) -> int:
    return int(target.max()) + 1 if spec.ml_task == "classification" else 0


def _likeness(groups: npt.NDArray[np.int64], outcome: npt.NDArray[np.float64]) -> float:
    """The share of the variance that lies between groups, less what chance would put there."""
    rows = np.bincount(groups)
    centred = outcome - outcome.mean(axis=0)
    sums = np.stack([np.bincount(groups, weights=column) for column in centred.T], axis=1)
    between = float((sums**2 / rows[:, None]).sum())
    total = float((centred**2).sum())
    by_chance = (len(rows) - 1) / (len(groups) - 1)
    return (between / total - by_chance) / (1 - by_chance) if total > 0 else 0.0


def _check_named(frame: pd.DataFrame, spec: TableSpec) -> None:
    for role, name in (("time_column", spec.time_column), ("group_column", spec.group_column)):
        if name is not None and name not in frame.columns:
            raise InvalidParameterError(
                f"{role} '{name}' is not in the data; "
                f"accepted: {name_columns([str(one) for one in frame.columns])}"
            )


def _moments(frame: pd.DataFrame, name: str) -> npt.NDArray[np.int64]:
    column = frame[name]
    if column.dtype.kind in "iuf":
        return _ranks(column.to_numpy(dtype=np.float64, na_value=np.nan))
    encoder = date_encoder(column)
    if encoder is None:
        raise InvalidParameterError(
            f"time_column '{name}' holds neither dates nor numbers; "
            "accepted: a column of dates such as 2026-01-31, or of numbers that rise with time"
        )
    return _ranks(encoder.moments(column))


def _ranks(values: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """The place of each value among the distinct ones from 1 on; 0 for a missing one."""
    is_missing = pd.isna(values)
    ranks = np.zeros(len(values), dtype=np.int64)
    _, place = np.unique(values[~is_missing], return_inverse=True)
    ranks[~is_missing] = place + 1
    return ranks


def _groups(column: pd.Series) -> npt.NDArray[np.int64]:
    numbers, _ = pd.factorize(np.array(texts(column), dtype=object))
    alone = numbers < 0
    numbers[alone] = numbers.max(initial=-1) + 1 + np.arange(int(alone.sum()))
    return numbers.astype(np.int64)
