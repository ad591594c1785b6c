"""Methods that know one short season, for values that have longer ones, too."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.statistical.decomposition import Seasons, decompose_scaled
from pipeline.forecast.statistical.scales import Scale

Array = NDArray[np.float64]


class Fitted(Protocol):
    """A fitted method of this package."""

    def predict(self, steps: NDArray[np.int64]) -> Array: ...


Fit = Callable[[Array, tuple[int, ...]], Fitted]


@dataclass(frozen=True, slots=True)
class WithLongSeasons:
    """What a method makes of the values without the long seasons, and these."""

    fitted: Fitted
    seasons: Seasons
    scale: Scale

    def predict(self, steps: NDArray[np.int64]) -> Array:
        """The forecast of some steps ahead, 1 for the first."""
        return self.scale.back(self.fitted.predict(steps) + self.seasons.ahead(steps))


def fit_with_long_seasons(
    fit: Fit,
    values: Array,
    seasons: tuple[int, ...],
    year: float | None,
    longest: float = np.inf,
) -> Fitted:
    """Fit a method that uses the shortest season; take longer ones out beforehand, if they show.

    Parameters
    ----------
    fit
        Of values and seasons.
    values
        Without gaps.
    seasons
        Rows after which short patterns repeat, the shortest first.
    year
        How many rows a year has, if its pattern is wanted.
    longest
        The longest season that the method can use.
    """
    own = tuple(season for season in seasons[:1] if season <= longest)
    if len(seasons) == len(own) and year is None:
        return fit(values, own)
    told = decompose_scaled(values, seasons, year)
    long = sum(told.parts.components[len(own) :], told.parts.of_year)
    if not long.any():
        return fit(values, own)
    kept = Seasons(told.parts.seasons.patterns[len(own) :], told.parts.seasons.year)
    return WithLongSeasons(fit(told.values - long, own), kept, told.scale)
