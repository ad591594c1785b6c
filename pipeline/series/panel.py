"""The rows of a table as series on one regular calendar."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.errors import InsufficientDataError, InvalidDataError, ResourceLimitError
from pipeline.series.aggregation import adds_up, combine_rows
from pipeline.series.calendar import Calendar
from pipeline.series.columns import SeriesColumns
from pipeline.series.counted_times import counted_calendar
from pipeline.series.inference import coarser_calendar, common_calendar, infer_calendar
from pipeline.series.naming import series_numbers
from pipeline.series.texts import indicator, indicators
from pipeline.table.values import numbers

Array = npt.NDArray[np.float64]
MAX_SERIES = 2_000
MAX_PERIODS = 50_000
_MAX_GRID = 20_000_000
_FEWEST_TIMES = 4
_MIXED_SHARE = 0.1
_SPARSE_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One series on the calendar.

    Attributes
    ----------
    names
        Its value of each group column, as text.
    first
        The number of its first period.
    values
        One per period, missing where unknown.
    covariates
        By name, one per period and further ones for the periods ahead that are known.
    """

    names: tuple[str, ...]
    first: int
    values: Array
    covariates: dict[str, Array]

    @property
    def next(self) -> int:
        """The number of the first period ahead."""
        return self.first + len(self.values)

    @property
    def label(self) -> str:
        return " / ".join(self.names) or "the series"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """All series of a table; ``signed`` tells whether values below 0 occur, ``future`` how many
    periods ahead the table itself describes."""

    calendar: Calendar
    series: tuple[Series, ...]
    signed: bool
    future: int
    notes: tuple[str, ...]


def lay_panel(frame: pd.DataFrame, columns: SeriesColumns) -> Panel:
    """Bring the rows of a table, in any order, onto one regular calendar.

    Raises
    ------
    InsufficientDataError
        If there are too few different times.
    InvalidDataError
        If the series have different frequencies.
    ResourceLimitError
        If there are too many series, or the calendar is too long.
    """
    notes: list[str] = []
    rows, keys = _rows(frame, columns, notes)
    times = pd.DatetimeIndex(rows["time"])
    if times.nunique() < _FEWEST_TIMES:
        raise InsufficientDataError(
            f"Column '{columns.time}' has {times.nunique()} different times with a target value;"
            f" a forecast needs at least {_FEWEST_TIMES}"
        )
    is_counted = columns.reader.is_counted
    calendar = counted_calendar(times.unique()) if is_counted else _calendar(rows, keys)
    is_regular = calendar is not None
    if calendar is None:
        calendar = coarser_calendar(times.unique().sort_values())
        notes.append(
            f"The times of '{columns.time}' are not regular: the rows were put together"
            f" {calendar.name}"
        )
    rows["period"] = calendar.positions(times)
    span = int(rows["period"].max() - rows["period"].min()) + 1
    if span * len(keys) > _MAX_GRID and span > MAX_PERIODS * 20:
        raise ResourceLimitError(
            f"From {times.min()} to {times.max()} there are {span:,} periods ({calendar.name});"
            " add the rows up to a coarser frequency"
        )
    combined = combine_rows(rows, columns, calendar, notes)
    fills = _fills_with_zero(combined, columns, is_regular=is_regular)
    return _panel(combined, keys, columns, calendar, fills, notes)


def _rows(
    frame: pd.DataFrame, columns: SeriesColumns, notes: list[str]
) -> tuple[pd.DataFrame, list[tuple[str, ...]]]:
    """Columns ``time``, ``series`` (a number), ``target`` and the covariates, sorted."""
    target = pd.Series(numbers(frame[columns.target]))
    covariates = _covariates(frame, columns, target.notna())
    series, keys = series_numbers(frame, columns.groups)
    rows = pd.DataFrame(
        {"time": columns.read_times(frame), "target": target}
        | {f"covariate {name}": values for name, values in covariates.items()}
        | {"series": series}
    )
    lost = rows["time"].isna()
    if lost.any():
        notes.append(
            f"{int(lost.sum()):,} rows have no readable '{columns.time}' and were left out"
        )
    rows = rows[~lost]
    known = rows.loc[rows["target"].notna(), "series"].unique()
    if len(known) < len(keys):
        notes.append(f"{len(keys) - len(known):,} series have no target value and were left out")
    if len(known) > MAX_SERIES:
        raise ResourceLimitError(
            f"{' and '.join(columns.groups)} make {len(known):,} series; accepted are up to"
            f" {MAX_SERIES:,}. Choose another group_column or train on a part of the table"
        )
    rows = rows[rows["series"].isin(known)]
    order = np.sort(known)
    rows["series"] = np.searchsorted(order, rows["series"].to_numpy())
    ordered = rows.sort_values(["series", "time"], kind="stable", ignore_index=True)
    return ordered, [keys[place] for place in order]


def _covariates(
    frame: pd.DataFrame, columns: SeriesColumns, has_target: pd.Series
) -> dict[str, Array]:
    """Where rows of the past have no word in a column of words, a row without one tells so."""
    found = {name: columns.read_number(name, frame[name]) for name in columns.numbers}
    for name, words in columns.words.items():
        may_be_blank = bool(frame[name][has_target.to_numpy()].isna().any())
        for word, values in indicators(frame[name], words).items():
            found[indicator(name, word)] = np.nan_to_num(values) if may_be_blank else values
    return found


def _calendar(rows: pd.DataFrame, keys: list[tuple[str, ...]]) -> Calendar | None:
    """The calendar that at least half of the series follow, or all of them together, if any."""
    own: dict[int, Calendar] = {}
    seen: dict[bytes, Calendar | None] = {}
    clock = rows["time"].to_numpy()
    starts = np.searchsorted(rows["series"].to_numpy(), np.arange(len(keys) + 1))
    for number, (start, stop) in enumerate(pairwise(starts.tolist())):
        times = np.unique(clock[start:stop])
        if len(times) < _FEWEST_TIMES:
            continue
        same = times.tobytes()
        if same not in seen:
            seen[same] = infer_calendar(pd.DatetimeIndex(times))
        found = seen[same]
        if found is not None:
            own[number] = found
    if len(own) * 2 < len(keys):
        return infer_calendar(pd.DatetimeIndex(rows["time"].drop_duplicates().sort_values()))
    _require_one_frequency(own, keys)
    return common_calendar(list(own.values()))


def _require_one_frequency(own: dict[int, Calendar], keys: list[tuple[str, ...]]) -> None:
    kinds = Counter((one.unit, one.step) for one in own.values())
    rare = {kind for kind, count in kinds.items() if count < max(1, _MIXED_SHARE * len(own))}
    if len(kinds) - len(rare) < 2:
        return
    examples: dict[str, str] = {}
    for number, calendar in own.items():
        if (calendar.unit, calendar.step) not in rare:
            examples.setdefault(calendar.name, " / ".join(keys[number]))
    if len(examples) < 2:
        return
    told = ", ".join(f"{name} (such as {series!r})" for name, series in examples.items())
    raise InvalidDataError(
        f"The series have different frequencies: {told}. Train a model for each frequency, or"
        " bring the rows to one"
    )


def _panel(
    rows: pd.DataFrame,
    keys: list[tuple[str, ...]],
    columns: SeriesColumns,
    calendar: Calendar,
    fills: bool,
    notes: list[str],
) -> Panel:
    made, absent, cut = [], 0, 0
    starts = np.searchsorted(rows["series"].to_numpy(), np.arange(len(keys) + 1))
    periods = rows["period"].to_numpy()
    table = rows[["target", *(f"covariate {name}" for name in columns.covariates)]].to_numpy(float)
    for names, (start, stop) in zip(keys, pairwise(starts.tolist()), strict=True):
        period, cells = periods[start:stop], table[start:stop]
        known = period[np.isfinite(cells[:, 0])]
        first, last = int(known[0]), int(known[-1])
        if last - first >= MAX_PERIODS:
            newest = known[known > last - MAX_PERIODS]
            _require_most(newest, known, names, columns, calendar)
            first, cut = int(newest[0]), cut + 1
        kept = period >= first
        told = np.full((int(period[-1]) - first + 1, table.shape[1]), np.nan)
        told[period[kept] - first] = cells[kept]
        missing = np.ones(last - first + 1, dtype=bool)
        missing[period[kept & (period <= last)] - first] = False
        absent += int(missing.sum())
        values = told[: last - first + 1, 0].copy()
        if fills:
            values[missing] = 0.0
        covariates = {
            name: told[:, place].copy() for place, name in enumerate(columns.covariates, start=1)
        }
        made.append(Series(names=names, first=first, values=values, covariates=covariates))
    notes.extend(_gap_notes(made, absent, cut, fills=fills))
    return Panel(
        calendar=calendar,
        series=tuple(made),
        signed=bool((rows["target"] < 0).any()),
        future=max(0, int(rows["period"].max()) - max(one.next - 1 for one in made)),
        notes=tuple(notes),
    )


def _require_most(
    newest: npt.NDArray[np.int64],
    known: npt.NDArray[np.int64],
    names: tuple[str, ...],
    columns: SeriesColumns,
    calendar: Calendar,
) -> None:
    """A mistyped date far ahead must not cut off the whole history."""
    if len(newest) * 2 >= len(known):
        return
    before, end = calendar.times(np.array([known[-len(newest) - 1], known[-1]]))
    of_series = f" of {' / '.join(names)}" if names else ""
    raise InvalidDataError(
        f"Column '{columns.time}' holds {end}, {known[-1] - known[0]:,} periods ({calendar.name})"
        f" after the first value{of_series}, but most values end at {before}; accepted are series"
        f" of up to {MAX_PERIODS:,} periods. Correct or leave out the rows after {before}"
    )


def _fills_with_zero(rows: pd.DataFrame, columns: SeriesColumns, *, is_regular: bool) -> bool:
    """Whether a missing row says that there was nothing: of amounts that come at any time, and of
    counted things that often have no row."""
    known = rows[rows["target"].notna()]
    if not is_regular:
        return adds_up(known["target"], columns.target)
    if not ((known["target"] >= 0) & (known["target"] % 1 == 0)).all():
        return False
    periods = known.groupby("series")["period"]
    spans = periods.max() - periods.min() + 1
    return bool(1 - len(known) / spans.sum() > _SPARSE_SHARE)


def _gap_notes(made: list[Series], absent: int, cut: int, *, fills: bool) -> list[str]:
    notes = []
    total = sum(len(one.values) for one in made)
    if absent:
        meaning = (
            "these count as 0, because where nothing is counted there is often no row"
            if fills
            else "they are taken as not known: nothing is learned from there or judged by it"
        )
        notes.append(f"{absent:,} of {total:,} periods have no row; {meaning}")
    if cut:
        series = "1 series was" if cut == 1 else f"{cut:,} series were"
        notes.append(f"{series} cut to the newest {MAX_PERIODS:,} periods")
    return notes
