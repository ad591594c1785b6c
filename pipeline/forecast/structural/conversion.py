"""Structural models as genuine ``prophet.Prophet`` objects; `reading` has the way back."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.structural.layout import Mode
from pipeline.forecast.structural.model import StructuralModel
from pipeline.forecast.structural.package import library_logs, new_prophet
from pipeline.forecast.structural.scales import has_no_changepoints
from pipeline.forecast.structural.structure import Structure


def to_prophet(model: StructuralModel) -> Any:
    """A fitted ``prophet.Prophet`` that forecasts the same.

    Its history is what the model remembers, so that `predict`, `make_future_dataframe`, plots and
    `prophet.serialize` work.
    """
    prophet = unfitted(model.structure)
    past, scales = model.past, model.scales
    history = pd.DataFrame(
        {"ds": past.times, "y": past.values.astype(np.float64)}
        | {name: part.astype(np.float64) for name, part in past.regressors.items()}
    )
    with library_logs("prophet.forecaster"):
        prophet.preprocess(history)
    prophet.start, prophet.t_scale = pd.Timestamp(scales.start), pd.Timedelta(scales.length)
    prophet.y_scale = scales.largest
    for one, mean, deviation in zip(
        model.structure.regressors, scales.means, scales.deviations, strict=True
    ):
        prophet.extra_regressors[one.name].update(mu=float(mean), std=float(deviation))
    prophet.history = prophet.setup_dataframe(history)
    _set_changepoints(prophet, model)
    prophet.params = _params(model.mode)
    return prophet


def unfitted(structure: Structure) -> Any:
    """A ``prophet.Prophet`` with the same terms."""
    holidays = structure.holidays
    prophet = new_prophet(
        growth=structure.growth,
        n_changepoints=structure.changepoints,
        changepoint_range=structure.changepoint_range,
        changepoint_prior_scale=structure.changepoint_scale,
        yearly_seasonality=False,
        weekly_seasonality=False,
        daily_seasonality=False,
        holidays=holidays.frame() if holidays.names else None,
        holidays_mode=structure.holidays_way,
        seasonality_mode=structure.seasonalities[0].way if structure.seasonalities else "additive",
    )
    for one in structure.seasonalities:
        prophet.add_seasonality(one.name, one.period, one.order, one.prior_scale, one.way)
    for regressor in structure.regressors:
        prophet.add_regressor(
            regressor.name, regressor.prior_scale, regressor.standardize, regressor.way
        )
    return prophet


def _set_changepoints(prophet: Any, model: StructuralModel) -> None:
    prophet.changepoints_t = model.changepoints.copy()
    times = model.changepoints * model.scales.length + model.scales.start
    if has_no_changepoints(model.changepoints):
        times = times[:0]
    dates = np.round(times).astype(np.int64).astype("datetime64[ns]")
    prophet.changepoints = pd.Series(dates, name="ds")
    prophet.n_changepoints = len(dates)


def _params(mode: Mode) -> dict[str, NDArray[np.float64]]:
    """One row each; without columns Prophet has one of zeros."""
    beta = mode.beta if len(mode.beta) else np.zeros(1)
    values = {"k": mode.k, "m": mode.m, "delta": mode.delta, "sigma_obs": mode.sigma_obs}
    return {
        name: np.array(value, dtype=np.float64).reshape(1, -1)
        for name, value in {**values, "beta": beta}.items()
    }
