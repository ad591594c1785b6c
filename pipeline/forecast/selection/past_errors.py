"""How far the chosen forecast was off in the backtest, period by period."""

import numpy as np
import pandas as pd

from pipeline.forecast.selection.backtest import Backtest, Forecasts


def past_errors(backtest: Backtest, forecasts: Forecasts) -> pd.DataFrame:
    """Columns ``ds`` and ``error`` (sold less expected) of the scored periods, in time order.

    Of a period that two windows share, the error of the newer window counts.
    """
    errors = np.full(len(backtest.history), np.nan)
    for window in backtest.windows:
        if window.number in forecasts:
            made = forecasts[window.number][: window.stop - window.origin]
            errors[window.origin : window.stop] = backtest.actual(window) - made
    scored = np.isfinite(errors)
    return pd.DataFrame({"ds": backtest.history.ds[scored], "error": errors[scored]}, copy=False)
