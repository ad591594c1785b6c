"""From validated rows to a history on its regular calendar, and the rows to forecast."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.closed_times import NO_DAYS
from pipeline.forecast.calendar.occasions import Days, closed_rows
from pipeline.forecast.history.beginnings import beginning
from pipeline.forecast.history.closing_columns import marked_closed
from pipeline.forecast.history.covariates import Covariates, carried, sort_out
from pipeline.forecast.history.gap_notes import assumption_notes, beginning_notes, gap_notes
from pipeline.forecast.history.laying import Laid, lay, require_known
from pipeline.forecast.history.notes import data_notes
from pipeline.forecast.history.prepared import PRICE, History, Prepared
from pipeline.forecast.history.recognition import Recognised, recognise
from pipeline.forecast.history.surroundings import Surroundings, lay_surroundings, outlook_of
from pipeline.forecast.history.validation import QUANTITY
from pipeline.forecast.spec import ForecastSpec

MOST_ROWS = 20_000
"""Two years of hours: older rows add little, and the time of a training stays bounded."""
REVENUE = "revenue"

Values = NDArray[np.float64]


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
    laid = lay(clean, spec, observed_until)
    closed = closed_rows(spec.closures, laid.ds, laid.frequency)
    if closed.any():
        require_known(np.where(closed, np.nan, laid.quantities))
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
        | {name: values[:rows] for name, values in found.columns.items()}
        | found.observed,
        frequency=laid.frequency,
        known=tuple(found.columns),
        assumed=found.assumed,
        observed=tuple(found.observed),
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


def _surrounded(prepared: Prepared, surroundings: Surroundings) -> Prepared:
    """With the columns from outside, except those that the sales themselves came with."""
    history, future = prepared.history, prepared.future
    ahead = pd.DatetimeIndex(future["ds"])
    laid = {
        name: column
        for name, column in lay_surroundings(
            surroundings, history.ds, ahead, history.frequency
        ).items()
        if name not in history.known
    }
    outlook = outlook_of(laid, surroundings.rhythms)
    columns = {**history.columns, **{name: column.observed for name, column in laid.items()}}
    forecast = {name: column.forecast for name, column in laid.items()}
    known = (*history.known, *laid)
    observed = tuple(name for name in history.observed if name not in laid)
    return replace(
        prepared,
        history=replace(history, columns=columns, known=known, observed=observed, outlook=outlook),
        future=future.assign(**outlook.expected(columns, history.ds, ahead, forecast)),
    )


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
    laid: Laid, recognised: Recognised, covariates: Covariates, start: int
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
