"""Rows to forecast, read: which series and which period each is of, and what it tells beside."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.errors import ColumnProblem, WrongColumnsError
from pipeline.series.calendar import Calendar, Positions
from pipeline.series.columns import SeriesColumns
from pipeline.series.methods.method import Array
from pipeline.series.naming import names_as_text
from pipeline.series.texts import indicator, indicators
from pipeline.table.encoding.numbers import NumberEncoder
from pipeline.table.kinds import CanRead

_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One series number, period number and time as text per row; given covariates by name, missing
    where they are not given."""

    series: npt.NDArray[np.int64]
    positions: Positions
    times: tuple[str, ...]
    covariates: Mapping[str, Array]

    def __len__(self) -> int:
        return len(self.series)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReader:
    """Reads rows to forecast. It can be pickled.

    ``numbers_of`` tells the number of a series by its names.
    """

    columns: SeriesColumns
    calendar: Calendar
    known: tuple[str, ...]
    numbers_of: Mapping[tuple[str, ...], int]

    def kinds(self) -> dict[str, str]:
        """What each column has to hold; the time can have the form of the training rows, and a
        column of words any."""
        return {name: "numbers" for name in self.known if name not in self.columns.words}

    @property
    def can_read(self) -> dict[str, CanRead]:
        """For each column of numbers that was text, whether a text is one of its numbers."""
        written = self.columns.written.items()
        return {name: NumberEncoder(name, reader).can_read for name, reader in written}

    def transform(self, frame: pd.DataFrame) -> Asked:
        """Read rows in any order.

        Raises
        ------
        WrongColumnsError
            If a column is missing or holds a series or a time that the model does not know.
        """
        needed = (*self.columns.groups, self.columns.time)
        missing = [name for name in needed if name not in frame]
        if missing:
            raise WrongColumnsError([ColumnProblem(name, "is missing") for name in missing])
        series = self._series(frame)
        times = self._times(frame)
        return Asked(
            series=series,
            positions=self.calendar.positions(times),
            times=tuple(self._time_texts(frame)),
            covariates=self._covariates(frame),
        )

    def _covariates(self, frame: pd.DataFrame) -> dict[str, Array]:
        told: dict[str, Array] = {}
        for name in [name for name in self.known if name in frame]:
            words = self.columns.words.get(name)
            if words is None:
                told[name] = self.columns.read_number(name, frame[name])
            else:
                found = indicators(frame[name], words)
                told |= {indicator(name, word): values for word, values in found.items()}
        return told

    def _series(self, frame: pd.DataFrame) -> npt.NDArray[np.int64]:
        if not self.columns.groups:
            return np.zeros(len(frame), dtype=np.int64)
        texts = [names_as_text(frame[name]) for name in self.columns.groups]
        keys = list(zip(*texts, strict=True))
        found = np.array([self.numbers_of.get(key, -1) for key in keys], dtype=np.int64)
        unknown = np.flatnonzero(found < 0)
        if len(unknown):
            row = int(unknown[0])
            some = ", ".join(" / ".join(key) for key in list(self.numbers_of)[:_EXAMPLES])
            more = ", …" if len(self.numbers_of) > _EXAMPLES else ""
            value = " / ".join(keys[row])
            raise WrongColumnsError(
                [
                    ColumnProblem(
                        self.columns.groups[0],
                        f"holds {value!r}, a series that was not in the training rows; accepted"
                        f" are {some}{more}",
                        value[:100],
                        row + 1,
                    )
                ]
            )
        return found

    def _times(self, frame: pd.DataFrame) -> pd.DatetimeIndex:
        times = self.columns.read_asked(frame)
        unread = np.flatnonzero(np.asarray(times.isna()))
        if len(unread):
            self._refuse(frame, int(unread[0]), "is no time that can be read, such as 2026-01-31")
        closed = np.flatnonzero(~self.calendar.holds(times))
        if len(closed):
            self._refuse(
                frame,
                int(closed[0]),
                f"is no period of this series, which is {self.calendar.name}",
            )
        return times

    def _time_texts(self, frame: pd.DataFrame) -> pd.Series:
        """The time of each row as it was written, also if it was in several columns."""
        told = frame[self.columns.time].astype("str")
        for name in [name for name in self.columns.times[1:] if name in frame]:
            told = told + " " + frame[name].astype("str").fillna("")
        return told

    def _refuse(self, frame: pd.DataFrame, row: int, why: str) -> None:
        value = str(self._time_texts(frame.iloc[[row]]).iloc[0])[:100]
        message = f"holds {value!r} in row {row + 1}, which {why}"
        raise WrongColumnsError([ColumnProblem(self.columns.time, message, value, row + 1)])
