"""What a category and the whole shop will sell: from the forecasts of the products."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from pipeline.errors import InvalidDataError
from pipeline.forecast.finished.reconciliation import (
    Array,
    Base,
    bottom_up,
    reconcile,
    structure_of,
)

Moments = NDArray[np.datetime64]

MOST_ERRORS = 200
"""Of so many newest periods the errors say how products miss together."""
CERTAIN = 2.0
"""So many standard errors from 0 the mean of past errors is no chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesForecast:
    """A stored forecast, and how far its backtest was off (sold less expected). What is expected is
    a mean, as medians do not add up.

    ``key`` is whatever the caller finds it again by. All moments are in time order.
    """

    key: str
    name: str
    category: str | None
    frequency: str
    interval_width: float
    ds: Moments
    expected: Array
    lower: Array
    upper: Array
    error_ds: Moments
    errors: Array


@dataclass(frozen=True, slots=True)
class Group:
    """Some products, by position; the category of that name, or all of them where it is None."""

    category: str | None
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A forecast that cannot be added to the others."""

    key: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Forecasts of the same periods, the groups that they add up to, and what does not fit in."""

    ds: Moments
    error_ds: Moments
    series: tuple[SeriesForecast, ...]
    groups: tuple[Group, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """``forecast`` has the columns ``ds``, ``yhat``, ``yhat_lower`` and ``yhat_upper``."""

    group: Group
    forecast: pd.DataFrame


def panel_of(products: Sequence[SeriesForecast]) -> Panel:
    """The products whose forecasts can be added up.

    From the begin of the newest forecast on, as far as all of them reach. Left out are forecasts of
    another frequency than most have, and those that end before the newest begins.

    Raises
    ------
    InvalidDataError
        If there is no forecast.
    """
    if not products:
        raise InvalidDataError("No forecast is in use; train the products first")
    frequency = Counter(one.frequency for one in products).most_common(1)[0][0]
    begin = max(one.ds[0] for one in products if one.frequency == frequency)
    in_time = [one for one in products if one.frequency == frequency and one.ds[-1] >= begin]
    shortest = min(in_time, key=lambda one: one.ds[-1])
    ds = shortest.ds[shortest.ds >= begin]
    said = str(begin.astype("datetime64[m]")).replace("T", " ").removesuffix(" 00:00")
    chosen, left_out = [], []
    for one in products:
        if one.frequency != frequency:
            left_out.append(
                LeftOut(one.key, one.name, f"Its forecast is {one.frequency}, not {frequency}")
            )
        elif one.ds[-1] < begin:
            left_out.append(
                LeftOut(one.key, one.name, f"Its forecast ends before {said}; train it again")
            )
        elif not np.isin(ds, one.ds).all():
            left_out.append(LeftOut(one.key, one.name, "Its forecast is of other periods"))
        else:
            chosen.append(one)
    errors = [one.error_ds for one in chosen]
    return Panel(
        ds=ds,
        error_ds=np.unique(np.concatenate(errors))[-MOST_ERRORS:],
        series=tuple(chosen),
        groups=_groups(chosen),
        left_out=tuple(left_out),
    )


def totals_of(
    panel: Panel, *, interval_width: float, own: Sequence[SeriesForecast] | None = None
) -> tuple[Total, ...]:
    """The totals of a panel, that of everything first.

    Parameters
    ----------
    panel
        From `panel_of`.
    interval_width
        Share of periods that the intervals should hold. Sums of many errors are taken to be spread
        normally.
    own
        Forecasts of the totals themselves, one per group, made of the summed sales. Without them
        the products' forecasts are added up; with them both are reconciled.
    """
    structure = structure_of([group.members for group in panel.groups], len(panel.series))
    products = _base(panel.series, panel)
    if own is None:
        coherent = bottom_up(products, structure)
    else:
        coherent = reconcile(products, _base(own, panel), structure)
    reach = float(ndtri((1 + interval_width) / 2))
    lower = np.maximum(coherent.totals - reach * coherent.below, 0.0)
    upper = coherent.totals + reach * coherent.above
    rows = zip(panel.groups, coherent.totals, lower, upper, strict=True)
    return tuple(Total(group, _frame(panel.ds, *values)) for group, *values in rows)


def _groups(series: Sequence[SeriesForecast]) -> tuple[Group, ...]:
    """Everything, then the categories by name; products without one are only in everything."""
    named = sorted({one.category for one in series if one.category is not None})
    everything = Group(None, tuple(range(len(series))))
    members = (
        tuple(place for place, one in enumerate(series) if one.category == category)
        for category in named
    )
    return everything, *(Group(name, of) for name, of in zip(named, members, strict=True))


def _base(series: Sequence[SeriesForecast], panel: Panel) -> Base:
    """The forecasts of a panel's periods; their intervals as standard deviations."""
    places = [np.searchsorted(one.ds, panel.ds) for one in series]
    reach = [float(ndtri((1 + one.interval_width) / 2)) for one in series]
    expected = np.array([one.expected[at] for one, at in zip(series, places, strict=True)])
    lower = np.array([one.lower[at] for one, at in zip(series, places, strict=True)])
    upper = np.array([one.upper[at] for one, at in zip(series, places, strict=True)])
    lumps = np.array([_lumps(one.errors) for one in series])
    expected += np.where(upper > 0, lumps[:, None], 0.0)
    width = np.array(reach)[:, None]
    errors = np.full((len(panel.error_ds), len(series)), np.nan)
    for column, one in enumerate(series):
        is_shared = np.isin(one.error_ds, panel.error_ds)
        rows = np.searchsorted(panel.error_ds, one.error_ds[is_shared])
        errors[rows, column] = one.errors[is_shared]
    return Base(
        expected=expected,
        below=np.maximum(expected - lower, 0.0) / width,
        above=np.maximum(upper - expected, 0.0) / width,
        errors=errors,
    )


def _lumps(errors: Array) -> float:
    """What the forecast of a usual period leaves out, on average.

    A product that sells in lumps is forecast near its median: it sells less as often as more, but
    what is more is far more. A sum needs means.
    """
    known = errors[np.isfinite(errors)]
    if len(known) < 2:
        return 0.0
    missing = float(known.mean()) - max(float(np.median(known)), 0.0)
    return missing if missing > CERTAIN * float(known.std()) / math.sqrt(len(known)) else 0.0


def _frame(ds: Moments, expected: Array, lower: Array, upper: Array) -> pd.DataFrame:
    return pd.DataFrame({"ds": ds, "yhat": expected, "yhat_lower": lower, "yhat_upper": upper})
