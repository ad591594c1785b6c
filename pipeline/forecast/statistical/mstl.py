"""All seasons taken out, and the rest told by exponential smoothing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.statistical.decomposition import Seasons, decompose_scaled
from pipeline.forecast.statistical.ets import FittedSmoothing, fit_ets, go_on_with_ets
from pipeline.forecast.statistical.scales import Scale

Array = NDArray[np.float64]

NEWEST_ROWS = 6_000


@dataclass(frozen=True, slots=True)
class FittedDecomposition:
    """Seasons, and a smoothing of the rest."""

    seasons: Seasons
    rest: FittedSmoothing
    scale: Scale

    def predict(self, steps: NDArray[np.int64]) -> Array:
        """The forecast of some steps ahead, 1 for the first."""
        return self.scale.back(self.seasons.ahead(steps) + self.rest.predict(steps))


def fit_mstl(
    values: Array, seasons: tuple[int, ...] = (), year: float | None = None
) -> FittedDecomposition:
    """Take every season out of the values, or of their logarithms where their spread grows with
    their level, and smooth the rest.

    Parameters
    ----------
    values
        Without gaps; the newest 6,000 are looked at.
    seasons
        Rows after which short patterns repeat, the shortest first.
    year
        How many rows a year has, if its pattern is wanted.
    """
    told = decompose_scaled(values[-NEWEST_ROWS:], seasons, year)
    rest = fit_ets(told.parts.rest, may_take_logs=False)
    return FittedDecomposition(told.parts.seasons, rest, told.scale)


def go_on_with_mstl(
    values: Array, seasons: tuple[int, ...], year: float | None, before: FittedDecomposition
) -> FittedDecomposition:
    """The same for values that have become more: the rest is smoothed as it was before."""
    told = decompose_scaled(values[-NEWEST_ROWS:], seasons, year)
    rest = go_on_with_ets(told.parts.rest, before.rest)
    return FittedDecomposition(told.parts.seasons, rest, told.scale)
