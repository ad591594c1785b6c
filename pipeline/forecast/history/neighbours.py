"""Medians over the nearest periods at the same place of the season, without a loop over them."""

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 9

Values = NDArray[np.float64]


def seasonal_median(values: Values, season: int) -> Values:
    """For each period the median of the nine nearest at its place of the season, itself included.

    Missing values do not count; where all nine are missing, so is the median.
    """
    cycles = -(-len(values) // season)
    padded = np.full(cycles * season, np.nan)
    padded[: len(values)] = values
    reach = NEIGHBOURS // 2
    by_place = np.full((cycles + 2 * reach, season), np.nan)
    by_place[reach : reach + cycles] = padded.reshape(cycles, season)
    windows = np.lib.stride_tricks.sliding_window_view(by_place, NEIGHBOURS, axis=0)
    return sorted_median(windows).reshape(-1)[: len(values)]


def sorted_median(windows: Values) -> Values:
    """The median along the last axis without the missing values, which sorting puts last."""
    ordered, width = np.sort(windows, axis=-1), windows.shape[-1]
    median = (ordered[..., (width - 1) // 2] + ordered[..., width // 2]) / 2
    lacking = ~np.isfinite(ordered[..., -1])
    median[lacking] = _median_of_known(ordered[lacking])
    return np.asarray(median, dtype=np.float64)


def _median_of_known(ordered: Values) -> Values:
    known = np.isfinite(ordered).sum(axis=1)
    rows = np.arange(len(ordered))
    middle = ordered[rows, np.maximum((known - 1) // 2, 0)] + ordered[rows, known // 2]
    return np.where(known > 0, middle / 2, np.nan)
