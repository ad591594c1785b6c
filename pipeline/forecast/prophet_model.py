"""Fitted Prophets as the former release stored them, which go on forecasting.

A stored model names its classes, so these keep their place and names: objects of the prophet
package, whose components that release did not tell apart.
"""

import logging
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.periods import Periods
from pipeline.forecast.structural.package import library_logs

with library_logs("prophet.plot", "cmdstanpy", level=logging.CRITICAL):
    from prophet import Prophet

_Modes = dict[Literal["additive", "multiplicative"], list[str]]


class UndividedProphet(Prophet):
    """A Prophet that adds up all of its components."""

    def regressor_column_matrix(
        self, seasonal_features: pd.DataFrame, modes: _Modes
    ) -> tuple[pd.DataFrame, _Modes]:
        rows = range(seasonal_features.shape[1])
        columns = pd.DataFrame({"additive_terms": 1, "multiplicative_terms": 0}, index=rows)
        modes["additive"].append("additive_terms")
        modes["multiplicative"].append("multiplicative_terms")
        return columns, modes


@dataclass(frozen=True, slots=True)
class FittedProphet:
    """A Prophet without its history and its connection to Stan."""

    model: Any
    covariates: tuple[str, ...]

    def predict(self, future: Periods) -> NDArray[np.float64]:
        with library_logs("prophet.forecaster"):
            names = ("ds", *self.covariates)
            frame = pd.DataFrame({name: future[name].to_numpy() for name in names})
            forecast = self.model.predict(frame)
        return np.asarray(forecast["yhat"].to_numpy(), dtype=np.float64)
