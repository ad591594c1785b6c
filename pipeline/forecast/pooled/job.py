"""From the histories of a job to what is learned from all of them together."""

import logging
import time
from collections.abc import MutableMapping

import pandas as pd

from pipeline.errors import PipelineError
from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar, public_holidays
from pipeline.forecast.calendar.occasions import Days, days_by_name
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.validation import QUANTITY, TIME, validate
from pipeline.forecast.pooled.learning import LEAST_PRODUCTS, OnStep, learn
from pipeline.forecast.pooled.model import FrequencyModel, PooledModel
from pipeline.forecast.pooled.series import Series, series_of
from pipeline.forecast.spec import ForecastSpec

log = logging.getLogger(__name__)

PREPARING_SHARE = 0.3
"""Of the time that this takes, about as much as laying histories on their calendars does."""

MOST_SECONDS = 240.0
"""Products wait for this: beyond it they are better trained without. It should take a fifth."""

Product = tuple[str | None, pd.DataFrame]


def fit_pooled(
    histories: MutableMapping[str, Product],
    spec: ForecastSpec,
    observed_until: pd.Timestamp,
    shop_closed: Days,
    *,
    threads: int,
    on_step: OnStep,
) -> PooledModel | None:
    """Learn from all products, those of each frequency together.

    Parameters
    ----------
    histories
        By product: its category, and its history with columns ``ds`` and ``quantity``. Those that
        cannot be forecast themselves teach nothing; their own training says why. It is emptied on
        the way, so that a large job is held in memory once.
    spec
        Settings of the job.
    observed_until
        Last time for which sales are complete; what is dated later is not learned from.
    shop_closed
        Days on which the whole shop sold nothing.
    threads
        How many to grow trees with.
    on_step
        Told the share that is done and what is being done; what it raises ends the learning.

    Returns
    -------
    PooledModel or None
        None where too few products have rows of one frequency, or after four minutes.
    """
    if len(histories) < LEAST_PRODUCTS:
        return None
    try:
        on_timed = _until(time.monotonic() + MOST_SECONDS, on_step)
        return _fit(histories, spec, observed_until, shop_closed, threads, on_timed)
    except _OutOfTimeError:
        log.warning("learning from all products took too long and was given up")
        return None


class _OutOfTimeError(Exception):
    """There is no time left to learn from all products."""


def _until(deadline: float, on_step: OnStep) -> OnStep:
    def step(share: float, message: str) -> None:
        if time.monotonic() > deadline:
            raise _OutOfTimeError
        on_step(share, message)

    return step


def _fit(
    histories: MutableMapping[str, Product],
    spec: ForecastSpec,
    observed_until: pd.Timestamp,
    shop_closed: Days,
    threads: int,
    on_step: OnStep,
) -> PooledModel | None:
    total = len(histories)
    by_frequency: dict[Frequency, list[Series]] = {}
    for number, key in enumerate(sorted(histories)):
        if number % 50 == 0:
            done = PREPARING_SHARE * number / total
            on_step(done, f"Preparing the sales of all products ({number} of {total})")
        series = _series(histories.pop(key), spec, observed_until, shop_closed)
        if series is not None:
            by_frequency.setdefault(series.frequency, []).append(series)
    models: dict[Frequency, FrequencyModel] = {}
    for position, (frequency, products) in enumerate(by_frequency.items()):

        def on_learning(share: float, message: str, position: int = position) -> None:
            of_all = (position + share) / len(by_frequency)
            on_step(PREPARING_SHARE + (1 - PREPARING_SHARE) * of_all, message)

        holidays = _holidays(spec, products)
        model = learn(products, spec, holidays, threads=threads, on_step=on_learning)
        if model is not None:
            models[frequency] = model
    return PooledModel(models) if models else None


def _series(
    product: Product,
    spec: ForecastSpec,
    observed_until: pd.Timestamp,
    shop_closed: Days,
) -> Series | None:
    category, frame = product
    try:
        clean = validate(frame)
        known = clean[QUANTITY].where(clean[TIME] <= observed_until)
        if known.isna().all():
            return None
        clean = clean.assign(**{QUANTITY: known})
        prepared = prepare(clean, spec, observed_until, shop_closed=shop_closed)
    except PipelineError:
        return None
    return series_of(prepared.history, category)


def _holidays(spec: ForecastSpec, products: list[Series]) -> HolidayCalendar:
    first = min(series.stamps[0] for series in products)
    last = max(series.stamps[-1] for series in products)
    years = pd.Timestamp(first).year, pd.Timestamp(last).year
    calendar = public_holidays(spec.country, spec.subdivision, spec.holidays, *years)
    return HolidayCalendar(calendar.dates, calendar.names, days_by_name(spec.events))
