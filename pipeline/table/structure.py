"""Whether rows depend on each other: in time, or because they belong to the same group."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.errors import InvalidParameterError
from pipeline.table.arrow import name_columns
from pipeline.table.columns import date_encoder
from pipeline.table.spec import TableSpec
from pipeline.table.values import texts

_LEAST_MOMENTS_SHARE = 0.2
_LEAST_MOMENTS = 50


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
    groups = None if spec.group_column is None else _groups(frame[spec.group_column])
    if spec.time_column is not None:
        moments = _named_moments(frame, spec.time_column)
        return _described(spec.time_column, spec.group_column, moments, groups, ())
    return _described(None, spec.group_column, None, groups, ())


def _described(
    time_column: str | None,
    group_column: str | None,
    moments: npt.NDArray[np.int64] | None,
    groups: npt.NDArray[np.int64] | None,
    notes: tuple[str, ...],
) -> Structure:
    return Structure(
        time_column=time_column,
        group_column=group_column,
        moments=moments,
        groups=groups,
        notes=notes,
    )


def _check_named(frame: pd.DataFrame, spec: TableSpec) -> None:
    for role, name in (("time_column", spec.time_column), ("group_column", spec.group_column)):
        if name is not None and name not in frame.columns:
            raise InvalidParameterError(
                f"{role} '{name}' is not in the data; "
                f"accepted: {name_columns([str(one) for one in frame.columns])}"
            )


def _named_moments(frame: pd.DataFrame, name: str) -> npt.NDArray[np.int64]:
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
