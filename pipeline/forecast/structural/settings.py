"""The structure that suits a history: Prophet's, as the settings of a forecast ask for it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Unit
from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.history.prepared import History
from pipeline.forecast.structural.calendar_columns import holidays_of
from pipeline.forecast.structural.holidays import Holidays
from pipeline.forecast.structural.structure import Regressor, Seasonality, Structure, Way

YEARLY_WAVES = {Unit.HOUR: 10, Unit.DAY: 10, Unit.WEEK: 12, Unit.MONTH: 3}
"""Twelve tell weeks of feasts; of days those are holidays beside the year."""
WEEKLY_WAVES = 3
DAILY_WAVES = 4


def prophet_settings(history: History, context: FitContext) -> dict[str, Any]:
    """The arguments of Prophet for this history.

    A seasonality is switched on where the settings allow it and the rows can show it: the day for
    rows finer than a day, the week for rows not coarser than a day, the year, with
    as many waves as such rows can tell apart, where `FitContext.models_year` says so.
    """
    spec, unit = context.spec, history.frequency.unit
    with_year = spec.yearly_seasonality and context.models_year
    return {
        "daily_seasonality": spec.daily_seasonality and unit is Unit.HOUR,
        "weekly_seasonality": spec.weekly_seasonality and history.frequency.is_daily_or_finer,
        "yearly_seasonality": YEARLY_WAVES[unit] if with_year else False,
        "changepoint_prior_scale": spec.changepoint_prior_scale,
    }


def multiplicative_settings(history: History, context: FitContext) -> dict[str, Any]:
    """The same with patterns in percent of the level."""
    return {**prophet_settings(history, context), "seasonality_mode": "multiplicative"}


def tuned_settings(history: History, context: FitContext) -> dict[str, Any]:
    """The same without a stated stiffness of the trend."""
    settings = prophet_settings(history, context)
    return {**settings, "changepoint_prior_scale": "learned", "prior_scales": "learned"}


def structure_for(
    history: History, context: FitContext, names: tuple[str, ...] = (), way: Way = "additive"
) -> Structure:
    """The structure with the settings of `prophet_settings`, and some covariates as regressors.

    A covariate that has not changed yet teaches nothing and is left out.
    """
    settings = prophet_settings(history, context)
    varied = [name for name in names if _varies(history.columns[name][history.scored])]
    with_holidays = history.frequency.is_daily_or_finer and (
        context.holidays.names or context.holidays.event_names
    )
    return Structure(
        changepoint_scale=settings["changepoint_prior_scale"],
        seasonalities=_seasonalities(settings, way),
        holidays=holidays_of(context.holidays) if with_holidays else Holidays.none(),
        holidays_way=way,
        regressors=tuple(Regressor(name=name, way=way) for name in varied),
    )


def _varies(values: NDArray[np.float64]) -> bool:
    return len(values) > 0 and bool(np.nanmin(values) < np.nanmax(values))


def _seasonalities(settings: dict[str, Any], way: Way) -> tuple[Seasonality, ...]:
    """In Prophet's order."""
    orders = (
        ("yearly", 365.25, int(settings["yearly_seasonality"])),
        ("weekly", 7.0, WEEKLY_WAVES * settings["weekly_seasonality"]),
        ("daily", 1.0, DAILY_WAVES * settings["daily_seasonality"]),
    )
    return tuple(
        Seasonality(name=name, period=period, order=order, way=way)
        for name, period, order in orders
        if order
    )
