"""Medians over the nearest periods at the same place of the season."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.forecast.history.neighbours import NEIGHBOURS, seasonal_median


def slowly(values: NDArray[np.float64], season: int) -> list[float]:
    """Period by period."""
    reach = NEIGHBOURS // 2
    found = []
    for row in range(len(values)):
        rows = [row + season * cycle for cycle in range(-reach, reach + 1)]
        near = [values[one] for one in rows if 0 <= one < len(values)]
        known = [one for one in near if np.isfinite(one)]
        found.append(float(np.median(known)) if known else np.nan)
    return found


@pytest.mark.parametrize("missing", [0.0, 0.1, 0.7])
@pytest.mark.parametrize("season", [1, 7, 12])
@pytest.mark.parametrize("rows", [5, 60, 200])
def test_the_median_is_that_of_the_nine_nearest_at_the_same_place(
    rows: int, season: int, missing: float
) -> None:
    generator = np.random.default_rng(rows + season)
    values = generator.poisson(4, rows).astype(float)
    values[generator.random(rows) < missing] = np.nan

    np.testing.assert_array_equal(seasonal_median(values, season), slowly(values, season))
