"""Products of the columns that depend on the calendar alone, computed once for all series on it.

The methods that are tried in a test window have the same rows, and so have most products of a shop:
how trend, waves, holidays and bends go together is the same for all of them.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.recent import Recent
from pipeline.forecast.structural.layout import Layout

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

# 4 MB: some 100 calendars. In four times as much hardly one more was found again.
_MOST_NUMBERS = 500_000
_PRODUCTS = Recent(_MOST_NUMBERS)


def design_products(layout: Layout) -> Matrix:
    """Of trend, columns and bends, in this order, with each other; not to be written to."""
    of_calendar = _of_calendar(layout)
    if not layout.regressors:
        return of_calendar
    count = layout.columns.shape[1] - layout.regressors
    own = layout.columns[:, count:]
    crossed = np.concatenate(
        [part.T @ own for part in (layout.trend_columns, layout.columns[:, :count], layout.bends)]
    )
    before = len(layout.trend_scales) + count
    places = np.insert(np.arange(len(crossed)), before, len(crossed) + np.arange(own.shape[1]))
    return np.block([[of_calendar, crossed], [crossed.T, own.T @ own]])[np.ix_(places, places)]


def products_with_y(layout: Layout) -> Vector:
    """Of trend, columns and bends with the values."""
    parts = layout.trend_columns, layout.columns, layout.bends
    return np.concatenate([part.T @ layout.y for part in parts])


def _of_calendar(layout: Layout) -> Matrix:
    known = _PRODUCTS.get(layout.calendar, np.ndarray)
    if known is not None:
        return known
    columns = layout.columns[:, : layout.columns.shape[1] - layout.regressors]
    design = np.column_stack([layout.trend_columns, columns, layout.bends])
    products = design.T @ design
    products.setflags(write=False)
    _PRODUCTS.put(layout.calendar, products, products.size)
    return products
