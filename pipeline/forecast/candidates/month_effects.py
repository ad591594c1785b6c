"""Months that bring more or less than a smooth year tells, such as those of school or of a sale."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import months_of

MONTHS = 12
LEAST_MONTHS = 2 * MONTHS
WHOLE_SHARE = 0.9
"""Of the rows of the longest month, without which a month is not whole."""

Values = NDArray[np.float64]


def month_columns(ds: pd.DatetimeIndex) -> NDArray[np.bool_]:
    """Which of the twelve months each time stamp is in, shape ``(n, 12)``."""
    return np.asarray(months_of(ds.values)[:, None] % MONTHS == np.arange(MONTHS))


def share_of_chance(ds: pd.DatetimeIndex, values: Values, expected: Values) -> float:
    """How much of what tells the months of a year apart is chance, from 0 to 1.

    Each whole month has a logarithm of what was sold over what was expected, a straight line over
    all of them taken out. The share is one over the ratio of variances between months and within
    the same month over the years (one-way analysis of variance): one minus it is what to keep of
    the mean of a month (Efron and Morris 1973, "Stein's estimation rule and its competitors",
    Journal of the American Statistical Association 68).

    Parameters
    ----------
    ds
        Sorted, shape ``(n,)``.
    values
        Not below 0, shape ``(n,)``.
    expected
        Above 0, shape ``(n,)``: without effects of single months.

    Returns
    -------
    float
        1 where fewer than two years of whole months are known.
    """
    months = months_of(ds.values)
    first = int(months[0])
    numbers = months - first
    rows = np.bincount(numbers)
    sold, told = np.bincount(numbers, values), np.bincount(numbers, expected)
    whole = np.flatnonzero((rows >= WHOLE_SHARE * rows.max()) & (sold > 0))
    if len(whole) < LEAST_MONTHS:
        return 1.0
    left = np.log(sold[whole] / told[whole])
    left -= np.polyval(np.polyfit(whole, left, 1), whole)
    of_year = (whole + first) % MONTHS
    years = np.maximum(np.bincount(of_year, minlength=MONTHS), 1)
    means = np.bincount(of_year, left, minlength=MONTHS) / years
    within = ((left - means[of_year]) ** 2).sum() / (len(whole) - MONTHS - 1)
    between = (means**2).sum() / (MONTHS - 1)
    by_chance = within * (1 / years).mean()
    return float(by_chance / between) if by_chance < between else 1.0
