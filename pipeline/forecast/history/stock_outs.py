"""Periods without a sale that are no sign of missing demand: amid lively sales, or out of stock.

Whether a zero is demand is asked of the level around it: at the same place of the week, in the
nine nearest weeks. Under a negative binomial with that level and spread (Poisson where the spread
is no larger), a run of zeros has a probability; below one in ten thousand it counts as a gap. The
last run, after which nothing was sold yet, is never one: it may be the end of a product.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.history.neighbours import seasonal_median

CHANCE = 1e-4
USUAL_ZEROS = 0.05
"""Of a product that sells nothing in one of twenty periods, zeros are a part of demand."""
MAD_TO_SIGMA = 1.4826
STOCK_COLUMNS = ("stock", "in_stock", "available")
"""Covariates of which 0 means that there was nothing to sell."""

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]


def improbable_gaps(values: Values, season: int) -> Mask:
    """Rows in runs without a sale that are too improbable to be demand.

    Parameters
    ----------
    values
        Quantities, missing where unknown (such as on closed days).
    season
        Rows after which the place in the week comes again; 1 compares with the nearest rows.
    """
    gaps = np.zeros(len(values), dtype=np.bool_)
    sold = np.flatnonzero(values > 0)
    if not len(sold):
        return gaps
    rows = np.flatnonzero(values == 0)
    rows = rows[(rows > sold[0]) & (rows < sold[-1])]
    if not len(rows):
        return gaps
    run = np.searchsorted(sold, rows)  # zeros with the same sales before them are one run
    starts = np.flatnonzero(np.diff(run, prepend=-1))
    lengths = np.diff(starts, append=len(rows))
    usual = np.repeat((len(rows) - lengths) / (len(rows) + len(sold)), lengths)
    least = np.where(usual > USUAL_ZEROS, np.log(np.maximum(usual, USUAL_ZEROS)), -np.inf)
    chances = np.maximum(_log_chance_of_zero(values, season)[rows], least)
    improbable = np.add.reduceat(chances, starts) < np.log(CHANCE)
    gaps[rows[np.repeat(improbable, lengths)]] = True
    return gaps


def out_of_stock(values: Values, stock: Values) -> Mask:
    """Rows without a sale on which there was nothing to sell."""
    return np.asarray((stock == 0) & (values == 0))


def _log_chance_of_zero(values: Values, season: int) -> Values:
    level = seasonal_median(values, season)
    deviation = np.abs(np.where(values > 0, values, np.nan) - level)
    spread = np.fmax(seasonal_median(deviation, season) * MAD_TO_SIGMA, np.nanmean(deviation) / 2)
    level, variance = np.nan_to_num(level), np.nan_to_num(spread) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):  # where they apply, both are replaced
        size = level**2 / (variance - level)
        over = size * np.log(size / (size + level))
    return np.where((variance > level) & (level > 0), over, -level)
