"""What a backtest says about the chosen model, in the words and numbers of a result."""

import platform
from importlib.metadata import version
from typing import Any

import holidays
import numpy as np
import pandas as pd
import sklearn

from pipeline.forecast.backtest import Backtest, Forecasts
from pipeline.forecast.calibrate import Calibration, Errors, calibrate
from pipeline.forecast.candidate import FitContext
from pipeline.forecast.candidates import CANDIDATES
from pipeline.forecast.choice import Choice
from pipeline.forecast.history import History
from pipeline.forecast.metrics import Metrics, score
from pipeline.forecast.notes import replacement_note
from pipeline.forecast.spec import AUTO, ForecastSpec

INTENDED = "prophet"


def holdout_metrics(backtest: Backtest, forecasts: Forecasts, spec: ForecastSpec) -> Metrics:
    """All metrics on the holdout; its intervals know only errors from before it."""
    window = backtest.holdout
    calibration = _calibration(backtest, forecasts, spec, until=window.origin)
    actual = backtest.history.actual[window.origin : window.stop]
    predicted = forecasts[window.number][: len(actual)]
    lower, upper = calibration.interval(predicted, np.arange(1, len(actual) + 1))
    return score(actual, predicted, lower, upper, scale=backtest.scale(window))


def final_calibration(backtest: Backtest, forecasts: Forecasts, spec: ForecastSpec) -> Calibration:
    """Intervals for the future, from the errors of all windows."""
    return _calibration(backtest, forecasts, spec, until=len(backtest.history))


def scored_rows(backtest: Backtest) -> int:
    """Rows of the holdout with a known quantity."""
    window = backtest.holdout
    return int(np.isfinite(backtest.history.actual[window.origin : window.stop]).sum())


def hyperparameters(choice: Choice, history: History, context: FitContext) -> dict[str, Any]:
    """Settings by member of the choice, as JSON values."""
    return {name: CANDIDATES[name].settings(history, context) for name in choice.members}


def degraded_reason(algorithm: str, choice: Choice, backtest: Backtest) -> str | None:
    """Why a simpler model stands in for Prophet, or for the algorithm that was asked for."""
    intended = INTENDED if algorithm == AUTO else algorithm
    why = (backtest.unsuited | backtest.failures).get(intended)
    if why is None:
        return None
    return replacement_note(intended, choice.algorithm, why)


def library_versions() -> dict[str, str]:
    """What the numbers were computed with."""
    modules = {
        "holidays": holidays,
        "numpy": np,
        "pandas": pd,
        "scikit-learn": sklearn,
    }
    versions = {name: str(module.__version__) for name, module in modules.items()}
    return {"python": platform.python_version(), "prophet": version("prophet"), **versions}


def _calibration(
    backtest: Backtest, forecasts: Forecasts, spec: ForecastSpec, *, until: int
) -> Calibration:
    actual = backtest.history.actual
    errors = []
    for window in backtest.windows:
        reach = min(window.reach, until)
        predicted = forecasts[window.number][: max(reach - window.origin, 0)]
        errors.append(Errors(predicted, actual[window.origin : window.origin + len(predicted)]))
    return calibrate(
        errors,
        level=float(backtest.history.filled[:until].mean()),
        window=backtest.holdout.stop - backtest.holdout.origin,
        interval_width=spec.interval_width,
    )
