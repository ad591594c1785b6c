"""Genuine ``prophet.Prophet`` objects as structural models."""

from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import InvalidParameterError
from pipeline.forecast.structural.calendar_columns import holiday_columns
from pipeline.forecast.structural.holidays import Holidays
from pipeline.forecast.structural.layout import Mode
from pipeline.forecast.structural.model import StructuralModel
from pipeline.forecast.structural.past import Past
from pipeline.forecast.structural.scales import Scales
from pipeline.forecast.structural.structure import Regressor, Seasonality, Structure

YEARS_AHEAD = 4


def from_prophet(prophet: Any) -> StructuralModel:
    """The structural model that forecasts like a fitted ``prophet.Prophet``.

    Raises
    ------
    InvalidParameterError
        If it is not fitted, or has what a structural model does not have: logistic growth,
        seasonalities with a condition, or regressors with a model of their own.
    """
    _require_convertible(prophet)
    structure = structure_of(prophet)
    mode = _mode(prophet)
    columns = len(column_names(structure))
    if len(mode.beta) != columns:
        raise InvalidParameterError(
            f"The Prophet model has {len(mode.beta)} coefficients for {columns} columns; accepted"
            " are models with one each"
        )
    regressors = list(prophet.extra_regressors.values())
    scales = Scales(
        start=prophet.start.as_unit("ns").value,
        length=pd.Timedelta(prophet.t_scale).as_unit("ns").value,
        largest=float(prophet.y_scale),
        means=np.array([one["mu"] for one in regressors]),
        deviations=np.array([one["std"] for one in regressors]),
    )
    return StructuralModel(
        structure=structure,
        scales=scales,
        changepoints=np.asarray(prophet.changepoints_t, dtype=np.float64),
        mode=mode,
        past=_past(prophet, scales),
    )


def structure_of(prophet: Any) -> Structure:
    """The terms of a fitted ``prophet.Prophet``."""
    return Structure(
        growth=prophet.growth,
        changepoints=int(prophet.n_changepoints),
        changepoint_range=float(prophet.changepoint_range),
        changepoint_scale=float(prophet.changepoint_prior_scale),
        seasonalities=tuple(
            Seasonality(
                name=name,
                period=float(one["period"]),
                order=int(one["fourier_order"]),
                prior_scale=float(one["prior_scale"]),
                way=one["mode"],
            )
            for name, one in prophet.seasonalities.items()
        ),
        holidays=_holidays(prophet),
        holidays_way=prophet.holidays_mode,
        regressors=tuple(
            Regressor(
                name=name,
                prior_scale=float(one["prior_scale"]),
                standardize=one["standardize"],
                way=one["mode"],
            )
            for name, one in prophet.extra_regressors.items()
        ),
    )


def column_names(structure: Structure) -> list[str]:
    """The columns under Prophet's names."""
    waves = [
        f"{one.name}_delim_{number + 1}"
        for one in structure.seasonalities
        for number in range(2 * one.order)
    ]
    holidays = holiday_columns(structure.holidays).names
    return [*waves, *holidays, *(one.name for one in structure.regressors)]


def _mode(prophet: Any) -> Mode:
    """The parameters, of several samples the mean, as Prophet forecasts."""
    params = {
        name: np.nanmean(np.atleast_2d(np.asarray(prophet.params[name], dtype=float)), axis=0)
        for name in ("delta", "beta")
    }
    beta = params["beta"]
    has_columns = prophet.seasonalities or prophet.extra_regressors or len(_holidays(prophet).names)
    lowest = float(prophet.y_min) if prophet.scaling == "minmax" else 0.0
    return Mode(
        k=float(np.nanmean(prophet.params["k"])),
        m=float(np.nanmean(prophet.params["m"])) + lowest / float(prophet.y_scale),
        delta=params["delta"],
        beta=beta if has_columns else beta[:0],
        sigma_obs=float(np.nanmean(prophet.params["sigma_obs"])),
    )


def _holidays(prophet: Any) -> Holidays:
    """Its own holidays and those of its country, for the history and some years after."""
    if prophet.holidays is None and prophet.country_holidays is None:
        return Holidays.none()
    first, last = prophet.history["ds"].min(), prophet.history["ds"].max()
    dates = pd.Series(pd.date_range(first, last + pd.DateOffset(years=YEARS_AHEAD), freq="D"))
    frame = prophet.construct_holiday_dataframe(dates).dropna(subset="ds").reset_index(drop=True)
    if "prior_scale" not in frame:
        frame["prior_scale"] = np.nan
    frame["prior_scale"] = frame["prior_scale"].fillna(prophet.holidays_prior_scale)
    return Holidays.from_frame(frame)


def _past(prophet: Any, scales: Scales) -> Past:
    """The history in its own units."""
    history = prophet.history
    regressors = {
        name: history[name].to_numpy(dtype=float) * deviation + mean
        for name, mean, deviation in zip(
            prophet.extra_regressors, scales.means, scales.deviations, strict=True
        )
    }
    return Past.of(history["ds"].to_numpy(), history["y"].to_numpy(dtype=float), regressors)


def _require_convertible(prophet: Any) -> None:
    if prophet.history is None:
        raise InvalidParameterError("The Prophet model is not fitted; accepted are fitted models")
    if prophet.growth not in ("linear", "flat"):
        raise InvalidParameterError(
            f"The Prophet model has {prophet.growth} growth; accepted are linear and flat growth"
        )
    for name, one in prophet.seasonalities.items():
        if one["condition_name"] is not None:
            raise InvalidParameterError(
                f"Seasonality {name!r} has a condition; accepted are seasonalities without one"
            )
    for name, one in prophet.extra_regressors.items():
        if one.get("predictor_spec") is not None:
            raise InvalidParameterError(
                f"Regressor {name!r} has a model of its own; accepted are regressors whose future"
                " values are given"
            )
