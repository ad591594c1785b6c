"""What all products of a shop have in common: a profile of weekdays and months, and trees that
have learned from all of them.

A profile learns only from rows older than the newest four backtest windows, and a backtest uses it
only at origins after those rows: nothing it has seen is ever scored with it. So it is with trees.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.closed_times import NO_DAYS
from pipeline.forecast.calendar.frequency import day_of_each, months_of
from pipeline.forecast.calendar.occasions import Days, days_of
from pipeline.forecast.credibility import prior_members
from pipeline.forecast.history.shop_closed import shop_closed_days
from pipeline.forecast.history.validation import QUANTITY, TIME
from pipeline.forecast.phases import ForecastPhase, announce
from pipeline.forecast.pooled.dates import weekdays_of
from pipeline.forecast.pooled.job import Product, fit_pooled
from pipeline.forecast.pooled.learning import OnStep
from pipeline.forecast.pooled.model import PooledModel
from pipeline.forecast.pooled.teachers import Teachers
from pipeline.forecast.spec import ForecastSpec
from pipeline.progress import ProgressCallback, ignore_progress

UNSEEN_DAYS = 4 * 28
MIN_DAYS_FOR_MONTHS = 365
PRIOR_PRODUCTS = 1.0
"""So many products without any rhythm are taken to be in every shop."""
PROGRESS_EVERY = 50
READING_SHARE = 0.2

Profile = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Factors:
    """How weekdays (7) and months (12) differ from the average, which is 1."""

    weekdays: Profile
    months: Profile

    def at(self, ds: pd.DatetimeIndex) -> NDArray[np.float64]:
        """The factor of each time stamp; that of a month is reached in its middle."""
        days = day_of_each(ds)
        months = days.astype("datetime64[M]")
        first, next_first = (each.astype("datetime64[D]") for each in (months, months + 1))
        passed = ((days - first).astype(np.float64) + 0.5) / (next_first - first).astype(np.float64)
        around = np.concatenate([self.months[-1:], self.months, self.months[:1]])
        of_year = np.interp(_months_of(days) + passed, np.arange(-0.5, 13), around)
        return np.asarray(self.weekdays[weekdays_of(days)] * of_year, dtype=np.float64)


NEUTRAL = Factors(np.ones(7), np.ones(12))


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedProfile:
    """What all products of a shop have in common. It can be pickled.

    Attributes
    ----------
    shop, categories
        Factors over all products, and by category.
    fitted_until
        Newest row that the factors have seen.
    observed_until
        Newest time that two products reach with a quantity (with fewer than three products, that
        one does): up to then a product without a row sold nothing.
    shop_closed
        Days on which the whole shop sold nothing.
    pooled
        Trees that have learned from all products; None where there are too few of them.
    """

    shop: Factors
    categories: Mapping[str, Factors] = field(default_factory=dict)
    fitted_until: pd.Timestamp | None = None
    observed_until: pd.Timestamp | None = None
    shop_closed: Days = field(default_factory=NO_DAYS.copy)
    pooled: PooledModel | None = None

    def factors(self, category: str | None) -> Factors:
        """The factors of a category, or of the shop where there are none."""
        return self.shop if category is None else self.categories.get(category, self.shop)


@dataclass(slots=True)
class _Pool:
    weekdays: list[Profile] = field(default_factory=list)
    months: list[Profile] = field(default_factory=list)

    def factors(self, prior: Factors, of_weekdays: float, of_months: float) -> Factors:
        """Drawn to ``prior`` as if so many products were exactly as it is."""
        return Factors(
            _pooled(self.weekdays, prior.weekdays, of_weekdays),
            _pooled(self.months, prior.months, of_months),
        )


def fit_shared(
    histories: Mapping[str, Product],
    spec: ForecastSpec,
    *,
    with_trees: bool = True,
    threads: int = 1,
    on_progress: ProgressCallback = ignore_progress,
) -> SharedProfile:
    """Learn what the products of a shop have in common.

    Parameters
    ----------
    histories
        By product: its category, and its history with columns ``ds`` and ``quantity`` and any
        covariates. Each is read once.
    spec
        Products with fewer usable rows than its ``min_training_days`` are left out; of days in its
        ``closures`` it is not known what would have been sold.
    with_trees
        Whether trees are grown at all, which takes nearly all of the time.
    threads
        How many to grow trees with; the result is the same.
    on_progress
        Called every 50 products and for every tree; what it raises ends the learning.

    Returns
    -------
    SharedProfile
        With factors of 1 where nothing could be learned.
    """
    on_step = partial(announce, on_progress, ForecastPhase.SHARED_PROFILE)
    reading = _Reading(histories, on_step, with_trees=with_trees)
    shop_closed = shop_closed_days(reading.frames())
    ends = [one.stamps.max() for one in reading.sold if len(one.stamps)]
    if not ends:
        return SharedProfile(shop=NEUTRAL)
    observed_until = _reached_by_several(ends)
    cutoff = observed_until - pd.Timedelta(days=UNSEEN_DAYS)
    shop, categories = _factors(reading.sold, cutoff, spec)
    reading.sold.clear()
    profile = SharedProfile(
        shop=shop,
        categories=categories,
        fitted_until=cutoff,
        observed_until=observed_until,
        shop_closed=shop_closed,
    )
    if not with_trees:
        return profile

    def on_learning(share: float, message: str) -> None:
        on_step(READING_SHARE + (1 - READING_SHARE) * share, message)

    pooled = fit_pooled(
        reading.taught, spec, observed_until, shop_closed, threads=threads, on_step=on_learning
    )
    return replace(profile, pooled=pooled)


@dataclass(frozen=True, slots=True)
class _Sold:
    """When a product is known to have sold how much."""

    category: str | None
    stamps: pd.DatetimeIndex
    quantity: NDArray[np.float64]


class _Reading:
    """What is kept of the products while each of them is read: of all their sales, and everything
    of those that the trees learn from.
    """

    def __init__(
        self, histories: Mapping[str, Product], on_step: OnStep, *, with_trees: bool
    ) -> None:
        self.sold: list[_Sold] = []
        self.taught: dict[str, Product] = {}
        self._histories, self._on_step, self._with_trees = histories, on_step, with_trees

    def frames(self) -> Iterator[pd.DataFrame]:
        """Every history in turn."""
        total, teachers = len(self._histories), Teachers(len(self._histories))
        for number, key in enumerate(sorted(self._histories)):
            if number % PROGRESS_EVERY == 0:
                message = f"Reading the sales of all products ({number} of {total})"
                self._on_step(READING_SHARE * number / total, message)
            category, frame = self._histories[key]
            self.sold.append(_sold(category, frame))
            if self._with_trees and teachers.takes(category, frame[TIME]):
                self.taught[key] = category, frame
            yield frame


def _sold(category: str | None, frame: pd.DataFrame) -> _Sold:
    quantity = frame[QUANTITY].to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.isfinite(quantity)
    return _Sold(category, pd.DatetimeIndex(frame[TIME])[known], quantity[known])


def _factors(
    products: Iterable[_Sold], cutoff: pd.Timestamp, spec: ForecastSpec
) -> tuple[Factors, dict[str, Factors]]:
    closed = days_of(spec.closures)
    shop, categories = _Pool(), dict[str, _Pool]()
    for one in products:
        pools = [shop]
        if one.category is not None:
            pools.append(categories.setdefault(one.category, _Pool()))
        _add(pools, *_up_to(cutoff, one, closed), closed, spec.min_training_days)
    whole = shop.factors(NEUTRAL, PRIOR_PRODUCTS, PRIOR_PRODUCTS)
    kinds = categories.values()
    of_weekdays = prior_members([np.array(one.weekdays) for one in kinds if one.weekdays])
    of_months = prior_members([np.array(one.months) for one in kinds if one.months])
    return whole, {
        name: pool.factors(whole, of_weekdays, of_months) for name, pool in categories.items()
    }


def _reached_by_several(ends: list[pd.Timestamp]) -> pd.Timestamp:
    """One mistyped date must not make all other products look as if they had stopped selling."""
    return sorted(ends)[-2 if len(ends) > 2 else -1]


def _up_to(cutoff: pd.Timestamp, product: _Sold, closed: Days) -> tuple[Days, NDArray[np.float64]]:
    """The days and quantities of the rows that may be learned from."""
    days = day_of_each(product.stamps.tz_localize(None))
    used = np.asarray(product.stamps <= cutoff) & ~np.isin(days, closed)
    return days[used], product.quantity[used]


def _add(
    pools: list[_Pool],
    sold_on: Days,
    quantity: NDArray[np.float64],
    closed: Days,
    min_rows: int,
) -> None:
    if len(sold_on) < min_rows or quantity.sum() <= 0:
        return
    every_day = np.arange(sold_on.min(), sold_on.max() + 1)
    days = every_day[~np.isin(every_day, closed)]
    weekdays = _profile(weekdays_of(sold_on), quantity, weekdays_of(days), 7)
    months = None
    if len(every_day) >= MIN_DAYS_FOR_MONTHS:
        months = _profile(_months_of(sold_on), quantity, _months_of(days), 12)
    for pool in pools:
        pool.weekdays.append(weekdays)
        if months is not None:
            pool.months.append(months)


def _months_of(days: Days) -> NDArray[np.int64]:
    """January 0 to December 11."""
    return months_of(days) % 12


def _profile(
    sold: NDArray[np.int64], quantity: NDArray[np.float64], days: NDArray[np.int64], length: int
) -> Profile:
    """The mean per open day relative to their average; without an open day, that average."""
    totals = np.bincount(sold, weights=quantity, minlength=length)
    open_days = np.bincount(days, minlength=length)
    is_known = open_days > 0
    means = totals / np.maximum(open_days, 1)
    means[~is_known] = means[is_known].mean()
    return np.asarray(means / means.mean(), dtype=np.float64)


def _pooled(profiles: list[Profile], prior: Profile, products: float) -> Profile:
    total = products * prior + np.sum(profiles, axis=0) if profiles else prior
    return np.asarray(total / total.mean(), dtype=np.float64)
