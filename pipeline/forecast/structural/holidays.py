"""Holidays as Prophet knows them: named days, each with the days before and after that count."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

PRIOR_SCALE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HolidayColumns:
    """One column per name and distance from the day, sorted by name as in Prophet.

    ``days`` (sorted) and ``places`` say on which day which column is 1.
    """

    names: tuple[str, ...]
    prior_scales: NDArray[np.float64]
    days: NDArray[np.datetime64]
    places: NDArray[np.intp]

    def at(self, times: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """The columns at some sorted times."""
        days = times.astype("datetime64[D]")
        reach = np.searchsorted(self.days, days[[0, -1]] + np.array([0, 1]))
        met, places = self.days[slice(*reach)], self.places[slice(*reach)]
        by_day = np.zeros((int((days[-1] - days[0]).astype(int)) + 1, len(self.names)))
        by_day[(met - days[0]).astype(int), places] = 1.0
        return np.asarray(by_day[(days - days[0]).astype(int)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Holidays:
    """Occurrences of holidays: equally long arrays.

    ``lower`` and ``upper`` are the first and the last day that count, as distances from the day.
    """

    names: tuple[str, ...]
    days: NDArray[np.datetime64]
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    prior_scales: NDArray[np.float64]

    @classmethod
    def none(cls) -> "Holidays":
        """For models without holidays."""
        return cls.of((), np.empty(0, dtype="datetime64[D]"))

    @classmethod
    def of(cls, names: Sequence[str], days: NDArray[np.datetime64]) -> "Holidays":
        """Holidays of which only the day itself counts."""
        nothing = np.zeros(len(days), dtype=np.int64)
        return cls(
            names=tuple(names),
            days=days.astype("datetime64[D]"),
            lower=nothing,
            upper=nothing,
            prior_scales=np.full(len(days), PRIOR_SCALE),
        )

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> "Holidays":
        """From the form that Prophet reads: ``ds``, ``holiday`` and optionally ``lower_window``,
        ``upper_window`` and ``prior_scale``.
        """
        plain = cls.of(frame["holiday"].tolist(), frame["ds"].to_numpy())
        return cls(
            names=plain.names,
            days=plain.days,
            lower=_column(frame, "lower_window", 0.0).astype(np.int64),
            upper=_column(frame, "upper_window", 0.0).astype(np.int64),
            prior_scales=_column(frame, "prior_scale", PRIOR_SCALE),
        )

    def frame(self) -> pd.DataFrame:
        """The form that Prophet reads."""
        return pd.DataFrame(
            {
                "ds": self.days.astype("datetime64[ns]"),
                "holiday": list(self.names),
                "lower_window": self.lower,
                "upper_window": self.upper,
                "prior_scale": self.prior_scales,
            }
        )

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for equal holidays."""
        arrays = self.days, self.lower, self.upper, self.prior_scales
        return (self.names, *(array.tobytes() for array in arrays))

    def columns(self) -> HolidayColumns:
        """Lay the occurrences out as columns."""
        occurrences: list[tuple[str, float, np.datetime64]] = []
        for name, day, lower, upper, scale in zip(
            self.names, self.days, self.lower, self.upper, self.prior_scales, strict=True
        ):
            for distance in range(int(lower), int(upper) + 1):
                column = f"{name}_delim_{'+' if distance >= 0 else '-'}{abs(distance)}"
                occurrences.append((column, float(scale), day + distance))
        scales = {column: scale for column, scale, _ in occurrences}
        names = sorted(scales)
        place_of = {name: place for place, name in enumerate(names)}
        occurrences.sort(key=lambda one: one[2])
        return HolidayColumns(
            names=tuple(names),
            prior_scales=np.array([scales[name] for name in names], dtype=np.float64),
            days=np.array([day for _, _, day in occurrences], dtype="datetime64[D]"),
            places=np.array([place_of[column] for column, _, _ in occurrences], dtype=np.intp),
        )


def _column(frame: pd.DataFrame, name: str, default: float) -> NDArray[np.float64]:
    if name not in frame:
        return np.full(len(frame), default)
    return frame[name].fillna(default).to_numpy(dtype=np.float64)
