"""A validated history laid on a regular calendar, which a backtest can cut at any row.

No row means that nothing was sold in that period (0); a row without a quantity means that it is not
known what was sold, and such a period is neither learned from as a zero nor scored.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import InsufficientDataError, ResourceLimitError
from pipeline.forecast.frequency import Frequency, infer_frequency
from pipeline.forecast.notes import data_notes
from pipeline.forecast.occasions import Closure, days_of, share_within
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.surroundings import Outlook, Surroundings, lay, outlook_of
from pipeline.forecast.validation import COLLECT_MORE, QUANTITY, TIME

MIN_ROWS = 8
MAX_ROWS = 100_000
PRICE, REVENUE = "price", "revenue"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a model may see when it is fitted.

    Attributes
    ----------
    frame
        Columns ``ds``, ``y`` (missing where unknown), ``price`` (the last known one, missing where
        the data has none) and one per name in ``known``; one row per period.
    frequency
        The calendar of the rows.
    known
        Covariates with values for the whole horizon, the only ones a model may use as regressors.
    outlook
        Which of them come from outside, and how far ahead they are forecast.
    """

    frame: pd.DataFrame
    frequency: Frequency
    known: tuple[str, ...] = ()
    outlook: Outlook = field(default_factory=Outlook)

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def ds(self) -> pd.DatetimeIndex:
        """The time stamps."""
        return pd.DatetimeIndex(self.frame["ds"])

    @property
    def actual(self) -> NDArray[np.float64]:
        """The quantities, missing where unknown."""
        return self.frame["y"].to_numpy(dtype=np.float64)

    @property
    def filled(self) -> NDArray[np.float64]:
        """The quantities, unknown ones interpolated from the rows of this history alone."""
        filled = self.frame["y"].interpolate(limit_direction="both").fillna(0.0)
        return filled.to_numpy(dtype=np.float64)

    @property
    def season(self) -> int:
        """Rows after which the pattern repeats."""
        return self.frequency.season(len(self))

    def head(self, rows: int) -> "History":
        """The first ``rows`` rows, as they were known then."""
        return replace(self, frame=self.frame.iloc[:rows])

    def ahead(self, origin: int, stop: int) -> pd.DataFrame:
        """What was known at row ``origin`` of the rows up to ``stop``: no quantities."""
        rows = self.frame.iloc[origin:stop]
        future = rows[["ds", *self.known]].reset_index(drop=True)
        future.insert(1, "step", np.arange(1, len(rows) + 1))
        past = self.frame.iloc[:origin]
        return future.assign(**self.outlook.seen_from(past, rows, self.frequency))

    def knowing(self, names: tuple[str, ...]) -> "History":
        """The same history for models that use only these covariates."""
        return replace(self, known=names, outlook=self.outlook.of(names))

    def with_values(self, values: NDArray[np.float64]) -> "History":
        """The same rows with other quantities."""
        return replace(self, frame=self.frame.assign(y=values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A history, the rows to forecast (``ds``, ``step`` and the known covariates), and remarks."""

    history: History
    future: pd.DataFrame
    notes: tuple[str, ...]


def prepare(
    clean: pd.DataFrame,
    spec: ForecastSpec,
    observed_until: pd.Timestamp | None = None,
    surroundings: Surroundings | None = None,
) -> Prepared:
    """Lay validated rows on their regular calendar and split off the future.

    Parameters
    ----------
    clean
        From `validation.validate`.
    spec
        Horizon and minimum length.
    observed_until
        Last time for which the shop's sales are complete. Periods without a row between this
        product's last sale and then count as 0; only for rows of a day or finer.
    surroundings
        What happened and will happen around the shop.

    Raises
    ------
    InsufficientDataError
        If the history is shorter than ``spec.min_training_days`` or has fewer than 8 rows.
    ResourceLimitError
        If the calendar would have more than 100,000 rows.
    """
    sold = clean.loc[clean[QUANTITY].notna(), TIME]
    first, last = sold.iloc[0], sold.iloc[-1]
    rows = clean[(clean[TIME] >= first) & (clean[TIME] <= last)]
    frequency = _frequency_of(pd.DatetimeIndex(rows[TIME]), spec)
    if observed_until is not None and frequency.is_daily_or_finer:
        last = max(last, _floor(frequency, first, observed_until))
    grid = frequency.grid(first, frequency.rows_between(first, last) + 1)
    ahead = frequency.grid(grid[-1], frequency.horizon_rows(spec.horizon_days) + 1)[1:]
    table = clean.set_index(TIME)
    known, unknown = _covariates(table, grid, ahead)
    closed = closed_rows(spec.closures, grid, frequency)
    quantities = np.where(closed, np.nan, _quantities(table, grid))
    if closed.any():
        _require_known(quantities)
    frame = pd.DataFrame({"ds": grid, "y": quantities, PRICE: _prices(table, grid)})
    future = pd.DataFrame({"ds": ahead, "step": np.arange(1, len(ahead) + 1)})
    for name in known:
        values = _fill(table[name].reindex(grid.append(ahead))).to_numpy()
        frame[name], future[name] = values[: len(grid)], values[len(grid) :]
    history = History(frame=frame, frequency=frequency, known=known)
    notes = _notes(history, table, unknown, closed)
    prepared = Prepared(history=history, future=future, notes=notes)
    return prepared if surroundings is None else _surrounded(prepared, surroundings)


def closed_rows(
    closures: Sequence[Closure], ds: pd.DatetimeIndex, frequency: Frequency
) -> NDArray[np.bool_]:
    """Which periods lie wholly in closures."""
    share = share_within(days_of(closures), ds, frequency.ends(ds))
    return np.asarray(share >= 1.0)


def digest(clean: pd.DataFrame) -> str:
    """SHA-256 of a validated frame, the same for equal data in any order of rows and columns."""
    hasher = hashlib.sha256()
    for name in sorted(clean.columns):
        values = clean[name].to_numpy()
        is_time = name == TIME
        hasher.update(name.encode() + b"\0")
        hasher.update(values.astype("datetime64[ns]" if is_time else "<f8").tobytes())
    return hasher.hexdigest()


def _surrounded(prepared: Prepared, surroundings: Surroundings) -> Prepared:
    """With the columns from outside, except those that the sales themselves came with."""
    history, future = prepared.history, prepared.future
    ahead = pd.DatetimeIndex(future["ds"])
    laid = {
        name: column
        for name, column in lay(surroundings, history.ds, ahead, history.frequency).items()
        if name not in history.frame
    }
    outlook = outlook_of(laid, surroundings.rhythms)
    frame = history.frame.assign(**{name: column.observed for name, column in laid.items()})
    forecast = {name: column.forecast for name, column in laid.items()}
    return Prepared(
        history=replace(history, frame=frame, known=(*history.known, *laid), outlook=outlook),
        future=future.assign(**outlook.expected(frame, ahead, forecast)),
        notes=prepared.notes,
    )


def _require_known(quantities: NDArray[np.float64]) -> None:
    known = int(np.isfinite(quantities).sum())
    if known < MIN_ROWS:
        raise InsufficientDataError(
            f"Product requires minimum {MIN_ROWS} rows of sales data outside closures."
            f" Currently: {known} rows.",
            COLLECT_MORE,
        )


def _frequency_of(ds: pd.DatetimeIndex, spec: ForecastSpec) -> Frequency:
    if len(ds) < 2:
        raise _too_short(spec, days=len(ds))
    frequency = infer_frequency(ds)
    rows = frequency.rows_between(ds[0], ds[-1]) + 1
    if frequency.days(rows) < spec.min_training_days:
        raise _too_short(spec, days=max(1, frequency.days(rows)))
    if rows < MIN_ROWS:
        raise InsufficientDataError(
            f"Product requires minimum {MIN_ROWS} {frequency.name} rows of sales data."
            f" Currently: {rows} rows.",
            COLLECT_MORE,
        )
    if rows > MAX_ROWS:
        raise ResourceLimitError(
            f"The history spans {rows} {frequency.name} periods; accepted are up to {MAX_ROWS}"
        )
    return frequency


def _too_short(spec: ForecastSpec, *, days: int) -> InsufficientDataError:
    unit = "day" if days == 1 else "days"
    return InsufficientDataError(
        f"Product requires minimum {spec.min_training_days} days of sales data."
        f" Currently: {days} {unit}.",
        COLLECT_MORE,
    )


def _floor(frequency: Frequency, first: pd.Timestamp, until: pd.Timestamp) -> pd.Timestamp:
    rows = frequency.rows_between(first, until)
    return frequency.grid(first, rows + 1)[-1] if rows >= 0 else first


def _quantities(table: pd.DataFrame, grid: pd.DatetimeIndex) -> NDArray[np.float64]:
    quantities = table[QUANTITY].reindex(grid).to_numpy(dtype=np.float64)
    return np.where(grid.isin(table.index), quantities, 0.0)


def _prices(table: pd.DataFrame, grid: pd.DatetimeIndex) -> NDArray[np.float64]:
    if PRICE in table:
        prices = table[PRICE]
    elif REVENUE in table:
        prices = table[REVENUE] / table[QUANTITY].where(table[QUANTITY] > 0)
    else:
        return np.full(len(grid), np.nan)
    return prices.reindex(grid).ffill().bfill().to_numpy(dtype=np.float64)


def _covariates(
    table: pd.DataFrame, grid: pd.DatetimeIndex, ahead: pd.DatetimeIndex
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = [name for name in table.columns if name not in (QUANTITY, REVENUE)]
    known = [name for name in names if _is_known_ahead(table[name], grid, ahead)]
    return tuple(known), tuple(name for name in names if name not in known)


def _is_known_ahead(column: pd.Series, grid: pd.DatetimeIndex, ahead: pd.DatetimeIndex) -> bool:
    varies = column.reindex(grid).nunique() > 1
    return bool(varies and column.reindex(ahead).notna().all())


def _fill(column: pd.Series) -> pd.Series:
    """A flag is off where no row states it; any other value stays what it was."""
    is_flag = column.dropna().isin([0.0, 1.0]).all()
    return column.fillna(0.0) if is_flag else column.ffill().bfill()


def _notes(
    history: History,
    table: pd.DataFrame,
    unused: tuple[str, ...],
    closed: NDArray[np.bool_],
) -> tuple[str, ...]:
    varied = table.reindex(history.ds)[list(unused)].nunique() > 1
    return data_notes(
        rows=len(history),
        absent=int((~history.ds.isin(table.index) & ~closed).sum()),
        unknown=int((np.isnan(history.actual) & ~closed).sum()),
        closed=int(closed.sum()),
        constant=[name for name in unused if not varied[name]],
        without_future=[name for name in unused if varied[name]],
        frequency=history.frequency,
    )
