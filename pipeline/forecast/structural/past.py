"""The newest rows of a history, as small as a stored model can carry them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# 48 kB of a stored model: four years of days with seven regressors.
_MOST_NUMBERS = 12_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Past:
    """Times, quantities and regressors of the newest known rows.

    ``start`` and ``step`` are nanoseconds; ``gaps`` says how many steps lie between rows.
    """

    start: int
    step: int
    gaps: NDArray[np.unsignedinteger]
    values: NDArray[np.float32]
    regressors: Mapping[str, NDArray[np.float32]]

    @classmethod
    def of(
        cls,
        times: NDArray[np.datetime64],
        values: NDArray[np.float64],
        regressors: Mapping[str, NDArray[np.float64]],
    ) -> "Past":
        """Keep what is new enough."""
        rows = slice(-(_MOST_NUMBERS // (1 + len(regressors))), None)
        ticks = times[rows].astype("datetime64[ns]").astype(np.int64)
        gaps = np.diff(ticks)
        step = int(np.gcd.reduce(gaps))
        steps = gaps // step
        return cls(
            start=int(ticks[0]),
            step=step,
            gaps=steps.astype(np.min_scalar_type(steps.max())),
            values=values[rows].astype(np.float32),
            regressors={name: part[rows].astype(np.float32) for name, part in regressors.items()},
        )

    @property
    def times(self) -> NDArray[np.datetime64]:
        """The time stamps, sorted."""
        steps = np.concatenate([[0], np.cumsum(self.gaps, dtype=np.int64)])
        return (self.start + self.step * steps).astype("datetime64[ns]")
