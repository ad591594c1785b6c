"""A validated history laid on a regular calendar, which a backtest can cut at any row.

No row means that nothing was sold in that period (0); a row without a quantity means that it is not
known what was sold, and such a period is neither learned from as a zero nor scored.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import InsufficientDataError
from pipeline.forecast.calendar.closed_times import NO_DAYS, ClosedTimes
from pipeline.forecast.calendar.frequency import Frequency, infer_frequency
from pipeline.forecast.calendar.occasions import Closure, Days, days_of, share_within
from pipeline.forecast.history.beginnings import beginning
from pipeline.forecast.history.closing_columns import marked_closed
from pipeline.forecast.history.covariates import Assumed, Covariates, carried, sort_out
from pipeline.forecast.history.gap_notes import assumption_notes, beginning_notes, gap_notes
from pipeline.forecast.history.notes import data_notes
from pipeline.forecast.history.recognition import Recognised, recognise
from pipeline.forecast.history.stock_outs import STOCK_COLUMNS
from pipeline.forecast.history.surroundings import Outlook, Surroundings, lay, outlook_of
from pipeline.forecast.history.validation import COLLECT_MORE, QUANTITY, TIME
from pipeline.forecast.spec import ForecastSpec

MIN_ROWS = 8
MOST_ROWS = 20_000
"""Two years of hours: older rows add little, and the time of a training stays bounded."""
PRICE, REVENUE = "price", "revenue"

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class History:
    """What a model may see when it is fitted.

    Attributes
    ----------
    ds
        The time stamps, one per period.
    actual
        The quantities, missing where unknown.
    columns
        ``price`` (the last known one, missing where the data has none) and one array per name in
        ``known``.
    frequency
        The calendar of the rows.
    known
        Covariates with values for the whole horizon, the only ones a model may use as regressors.
    outlook
        Which of them come from outside, and how far ahead they are forecast.
    assumed
        Which of them are stated for a part of the horizon only, and what they are beyond.
    sold_out
        Rows amid sales that were recognised as without stock, whose quantity is unknown; empty
        where there are none.
    """

    ds: pd.DatetimeIndex
    actual: Values
    columns: Mapping[str, Values]
    frequency: Frequency
    known: tuple[str, ...] = ()
    outlook: Outlook = field(default_factory=Outlook)
    assumed: Mapping[str, Assumed] = field(default_factory=dict)
    sold_out: Mask = field(default_factory=lambda: np.empty(0, dtype=np.bool_))

    @classmethod
    def of(
        cls, frame: pd.DataFrame, frequency: Frequency, known: tuple[str, ...] = ()
    ) -> "History":
        """A history from columns ``ds``, ``y`` and those of `columns`."""
        columns = {str(name): frame[name].to_numpy(np.float64) for name in frame.columns[2:]}
        return cls(
            ds=pd.DatetimeIndex(frame["ds"]),
            actual=frame["y"].to_numpy(np.float64),
            columns=columns,
            frequency=frequency,
            known=known,
        )

    def __len__(self) -> int:
        return len(self.actual)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Columns ``ds``, ``y`` and those of `columns`; one row per period."""
        return pd.DataFrame({"ds": self.ds, "y": self.actual, **self.columns})

    @property
    def scored(self) -> Mask:
        """Which rows are demand, to learn from and to be scored: those with a known quantity."""
        return np.isfinite(self.actual)

    @cached_property
    def filled(self) -> Values:
        """The quantities, unknown ones interpolated from the rows of this history alone."""
        known = self.scored
        if known.all():
            return self.actual
        if not known.any():
            return np.zeros(len(self))
        places = np.arange(len(self))
        return np.interp(places, places[known], self.actual[known])

    @property
    def season(self) -> int:
        """Rows after which the pattern repeats."""
        return self.frequency.season(len(self))

    def head(self, rows: int) -> "History":
        """The first ``rows`` rows, as they were known then.

        Rows at their end on which nothing was sold were not known to be sold out: only later sales
        told so. There the quantity is 0.
        """
        actual, sold_out = self.actual[:rows], self.sold_out[:rows]
        if len(sold_out) and sold_out[-1]:
            since_sale = int(np.argmax(actual[::-1] > 0)) if (actual > 0).any() else len(actual)
            late = sold_out & (np.arange(len(actual)) >= len(actual) - since_sale)
            actual, sold_out = np.where(late, 0.0, actual), sold_out & ~late
        return replace(
            self,
            ds=self.ds[:rows],
            actual=actual,
            columns={name: values[:rows] for name, values in self.columns.items()},
            sold_out=sold_out,
        )

    def ahead(self, origin: int, stop: int) -> pd.DataFrame:
        """What was known at row ``origin`` of the rows up to ``stop``: no quantities."""
        ds = self.ds[origin:stop]
        rows = {name: self.columns[name][origin:stop] for name in self.known}
        for name, assumed in self.assumed.items():
            last = self.columns[name][origin - 1] if origin else 0.0
            rows[name] = assumed.ahead(float(last), rows[name])
        if self.outlook.rhythms:
            upto = {name: self.columns[name][:stop] for name in self.outlook.rhythms}
            rows |= self.outlook.seen_from(upto, self.ds[:stop], origin, self.frequency)
        return pd.DataFrame({"ds": ds, "step": np.arange(1, len(ds) + 1), **rows})

    def knowing(self, names: tuple[str, ...]) -> "History":
        """The same history for models that use only these covariates."""
        assumed = {name: self.assumed[name] for name in self.assumed if name in names}
        return replace(self, known=names, outlook=self.outlook.of(names), assumed=assumed)

    def with_values(self, values: Values) -> "History":
        """The same rows with other quantities."""
        return replace(self, actual=values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A history, the rows to forecast (``ds``, ``step`` and the known covariates), and remarks.

    Attributes
    ----------
    closed_times
        When the shop is regularly closed: there the forecast is 0.
    stock_outs
        Periods that were taken as without stock, though their rows say that nothing was sold.
    """

    history: History
    future: pd.DataFrame
    notes: tuple[str, ...]
    closed_times: ClosedTimes = field(default_factory=ClosedTimes)
    stock_outs: tuple[pd.Timestamp, ...] = ()


def prepare(
    clean: pd.DataFrame,
    spec: ForecastSpec,
    observed_until: pd.Timestamp | None = None,
    surroundings: Surroundings | None = None,
    shop_closed: Days = NO_DAYS,
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
    shop_closed
        Days on which the whole shop sold nothing, from `shop_closed.shop_closed_days`.

    Raises
    ------
    InsufficientDataError
        If the history is shorter than ``spec.min_training_days`` or has fewer than 8 rows.
    """
    laid = _lay(clean, spec, observed_until)
    closed = closed_rows(spec.closures, laid.ds, laid.frequency)
    if closed.any():
        _require_known(np.where(closed, np.nan, laid.quantities))
    covariates = [laid.columns[name] for name in _covariates(laid.columns)]
    recognised = recognise(
        laid.quantities,
        laid.ds,
        laid.ahead,
        laid.frequency,
        spec,
        closed,
        shop_closed,
        stock=laid.stock,
        is_absent=laid.is_absent,
        marked=marked_closed(covariates, laid.quantities, len(laid.ds) + len(laid.ahead)),
    )
    start = beginning(recognised.values, laid.frequency, spec.min_training_days)
    start = max(start, len(laid.ds) - MOST_ROWS)
    rows, size = len(laid.ds) - start, len(laid.ahead)
    columns = {name: values[start:] for name, values in laid.columns.items()}
    found = sort_out(columns, rows, _covariates(columns))
    history = History(
        ds=laid.ds[start:],
        actual=recognised.values[start:],
        columns={PRICE: _prices(columns, rows)}
        | {name: values[:rows] for name, values in found.columns.items()},
        frequency=laid.frequency,
        known=tuple(found.columns),
        assumed=found.assumed,
        sold_out=recognised.sold_out[start:],
    )
    ahead = {name: values[rows:] for name, values in found.columns.items()}
    prepared = Prepared(
        history=history,
        future=pd.DataFrame({"ds": laid.ahead, "step": np.arange(1, size + 1), **ahead}),
        notes=_notes(laid, recognised, found, start),
        closed_times=recognised.closed_times,
        stock_outs=tuple(history.ds[history.sold_out]),
    )
    return prepared if surroundings is None else _surrounded(prepared, surroundings)


def closed_rows(
    closures: Sequence[Closure], ds: pd.DatetimeIndex, frequency: Frequency
) -> NDArray[np.bool_]:
    """Which periods lie wholly in closures."""
    if not closures:
        return np.zeros(len(ds), dtype=np.bool_)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Laid:
    """Rows on their calendar: ``columns`` reach to the end of the forecast, missing where no row
    states them; ``is_absent`` tells in which periods of the history there is no row.
    """

    ds: pd.DatetimeIndex
    ahead: pd.DatetimeIndex
    frequency: Frequency
    quantities: Values
    columns: dict[str, Values]
    is_absent: Mask
    stock: Values | None


def _lay(clean: pd.DataFrame, spec: ForecastSpec, observed_until: pd.Timestamp | None) -> _Laid:
    stamps, quantities = pd.DatetimeIndex(clean[TIME]), clean[QUANTITY].to_numpy()
    known = np.flatnonzero(np.isfinite(quantities))
    first, last = stamps[known[0]], stamps[known[-1]]
    frequency = _frequency_of(stamps[known[0] : known[-1] + 1], spec)
    if observed_until is not None and frequency.is_daily_or_finer:
        last = max(last, _floor(frequency, first, observed_until))
    rows = frequency.rows_between(first, last) + 1
    calendar = frequency.grid(first, rows + frequency.horizon_rows(spec.horizon_days))
    places = np.searchsorted(calendar.to_numpy(), stamps.to_numpy())
    places = np.minimum(places, len(calendar) - 1)
    found = np.flatnonzero(calendar.to_numpy()[places] == stamps.to_numpy())
    columns = {}
    for name in clean.columns.drop(TIME):
        columns[name] = np.full(len(calendar), np.nan)
        columns[name][places[found]] = clean[name].to_numpy()[found]
    is_absent = np.ones(len(calendar), dtype=np.bool_)
    is_absent[places[found]] = False
    stock = [columns.pop(name)[:rows] for name in STOCK_COLUMNS if name in columns]
    return _Laid(
        ds=calendar[:rows],
        ahead=calendar[rows:],
        frequency=frequency,
        quantities=np.where(is_absent[:rows], 0.0, columns[QUANTITY][:rows]),
        columns=columns,
        is_absent=is_absent[:rows],
        stock=stock[0] if stock else None,
    )


def _surrounded(prepared: Prepared, surroundings: Surroundings) -> Prepared:
    """With the columns from outside, except those that the sales themselves came with."""
    history, future = prepared.history, prepared.future
    ahead = pd.DatetimeIndex(future["ds"])
    laid = {
        name: column
        for name, column in lay(surroundings, history.ds, ahead, history.frequency).items()
        if name not in history.columns
    }
    outlook = outlook_of(laid, surroundings.rhythms)
    columns = {**history.columns, **{name: column.observed for name, column in laid.items()}}
    forecast = {name: column.forecast for name, column in laid.items()}
    known = (*history.known, *laid)
    return replace(
        prepared,
        history=replace(history, columns=columns, known=known, outlook=outlook),
        future=future.assign(**outlook.expected(columns, history.ds, ahead, forecast)),
    )


def _require_known(quantities: Values) -> None:
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


def _covariates(columns: Mapping[str, Values]) -> list[str]:
    return [name for name in columns if name not in (QUANTITY, REVENUE)]


def _prices(columns: Mapping[str, Values], rows: int) -> Values:
    if PRICE in columns:
        prices = columns[PRICE][:rows]
    elif REVENUE in columns:
        quantities = columns[QUANTITY][:rows]
        sold = np.where(quantities > 0, quantities, np.nan)
        prices = columns[REVENUE][:rows] / sold
    else:
        return np.full(rows, np.nan)
    return carried(prices)


def _notes(
    laid: _Laid, recognised: Recognised, covariates: Covariates, start: int
) -> tuple[str, ...]:
    explained = recognised.closed | recognised.sold_out | recognised.hidden
    of_rows = data_notes(
        rows=len(laid.ds),
        absent=int((laid.is_absent & ~explained).sum()),
        unknown=int((np.isnan(recognised.values) & ~explained).sum()),
        closed=int(recognised.closed.sum()),
        constant=covariates.constant,
        without_future=covariates.without_future,
        frequency=laid.frequency,
    )
    return (
        *of_rows,
        *gap_notes(recognised, laid.ds, laid.frequency),
        *beginning_notes(laid.ds, start, laid.frequency, is_cut=start == len(laid.ds) - MOST_ROWS),
        *assumption_notes(covariates.assumed),
    )
