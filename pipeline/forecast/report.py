"""What a backtest says about the chosen model, in the words and numbers of a result."""

import platform
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np

from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.candidates.known import BASELINE, CANDIDATES
from pipeline.forecast.history.notes import replacement_note
from pipeline.forecast.history.outliers import Outlier
from pipeline.forecast.history.prepared import History
from pipeline.forecast.intervals.calibrate import (
    QUANTILES,
    Calibration,
    Errors,
    are_whole,
    calibrate,
)
from pipeline.forecast.intervals.growth import usual_rate
from pipeline.forecast.intervals.places import places_of
from pipeline.forecast.selection.backtest import Backtest, Forecasts
from pipeline.forecast.selection.choice import Choice
from pipeline.forecast.selection.metrics import Metrics, quantile_metrics, score
from pipeline.forecast.spec import AUTO, MEAN, NEAREST, ForecastSpec

PROPHET, TUNED_PROPHET = "prophet", "prophet_tuned"


def holdout_metrics(backtest: Backtest, forecasts: Forecasts, calibration: Calibration) -> Metrics:
    """All metrics on the holdout, with what `calibration_before_holdout` tells."""
    window = backtest.holdout
    actual = backtest.actual(window)
    predicted = forecasts[window.number][: len(actual)]
    told = calibration.outlook(predicted, np.arange(1, len(actual) + 1), QUANTILES)
    return {
        **score(actual, told.point, told.lower, told.upper, scale=backtest.scale(window)),
        **quantile_metrics(actual, told.quantiles, QUANTILES),
    }


def baseline_metrics(backtest: Backtest, spec: ForecastSpec) -> Metrics:
    """All metrics of the seasonal naive forecast, as it is, on the holdout."""
    forecasts = backtest.forecasts[BASELINE]
    as_it_is = calibration_before_holdout(backtest, forecasts, replace(spec, point=MEAN))
    return holdout_metrics(backtest, forecasts, as_it_is)


def told(forecasts: Forecasts, calibration: Calibration) -> Forecasts:
    """What forecasts of the windows say of each period."""
    return {
        number: calibration.point(predicted, np.arange(1, len(predicted) + 1))
        for number, predicted in forecasts.items()
    }


def calibration_before_holdout(
    backtest: Backtest, forecasts: Forecasts, spec: ForecastSpec
) -> Calibration:
    """Intervals for the holdout, from errors from before it."""
    return _calibration(backtest, forecasts, spec, backtest.history, backtest.holdout.origin)


def final_calibration(
    backtest: Backtest, forecasts: Forecasts, spec: ForecastSpec, outliers: Sequence[Outlier]
) -> Calibration:
    """Intervals for the future, from the errors of all windows.

    Outliers, from which no model learns, say nothing of the errors to come either: a single one in
    the newest window would make all intervals several times as wide.
    """
    history = backtest.history
    if outliers:
        is_outlier = history.ds.isin([one.ds for one in outliers])
        history = history.with_values(np.where(is_outlier, np.nan, history.actual))
    return _calibration(backtest, forecasts, spec, history, len(history))


def scored_rows(backtest: Backtest) -> int:
    """Rows of the holdout with a known quantity."""
    window = backtest.holdout
    return int(np.isfinite(backtest.history.actual[window.origin : window.stop]).sum())


def hyperparameters(choice: Choice, history: History, context: FitContext) -> dict[str, Any]:
    """Settings by member of the choice, and its weight in a combination, as JSON values."""
    settings = {name: CANDIDATES[name].settings(history, context) for name in choice.members}
    if len(choice.members) == 1:
        return settings
    weights = zip(choice.members, choice.weights, strict=True)
    return {name: {**settings[name], "weight": round(weight, 4)} for name, weight in weights}


def degraded_reason(algorithm: str, choice: Choice, backtest: Backtest) -> str | None:
    """Why a simpler model stands in for Prophet, or for the algorithm that was asked for."""
    refused = backtest.unsuited | backtest.failures
    intended = algorithm
    if algorithm == AUTO:
        tried = refused.keys() | backtest.forecasts.keys()
        intended = PROPHET if PROPHET in tried else TUNED_PROPHET
    why = refused.get(intended)
    if why is None:
        return None
    return replacement_note(intended, choice.algorithm, why)


def library_versions() -> dict[str, str]:
    """What the numbers were computed with."""
    return {"python": platform.python_version(), **_versions()}


@cache
def _versions() -> dict[str, str]:
    names = ("holidays", "numpy", "pandas", "prophet", "scikit-learn", "scipy")
    return {name: version(name) for name in names}


def _calibration(
    backtest: Backtest, forecasts: Forecasts, spec: ForecastSpec, history: History, until: int
) -> Calibration:
    actual, errors = history.actual, []
    for window in backtest.windows:
        reach = min(window.reach, until)
        if reach > window.origin:
            predicted = forecasts[window.number][: reach - window.origin]
            errors.append(Errors(predicted, actual[window.origin : reach]))
    return calibrate(
        errors,
        level=float(history.filled[:until].mean()),
        interval_width=spec.interval_width,
        is_count=are_whole(actual[:until]),
        rate_before=usual_rate(history.frequency),
        places=places_of(history.frequency),
        may_tell_median=spec.point == NEAREST and spec.algorithm == AUTO,
    )
