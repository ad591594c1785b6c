"""How far the chosen forecast was off in the backtest, period by period."""

import numpy as np
import pandas as pd

from pipeline.forecast.backtest import Backtest, Forecasts


def past_errors(backtest: Backtest, forecasts: Forecasts) -> pd.DataFrame:
    """Columns ``ds`` and ``error`` (sold less expected) of the scored periods, in time order.

    Of a period that two windows share, the error of the newer window counts.
    """
    found = [
        pd.Series(
            backtest.actual(window) - forecasts[window.number][: window.stop - window.origin],
            index=backtest.history.ds[window.origin : window.stop],
        )
        for window in backtest.windows
        if window.number in forecasts
    ]
    errors = pd.concat(found)
    kept = errors[np.isfinite(errors) & ~errors.index.duplicated(keep="last")].sort_index()
    return pd.DataFrame({"ds": kept.index, "error": kept.to_numpy()})
