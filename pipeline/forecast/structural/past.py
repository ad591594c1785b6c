"""The newest rows of a history, as small as a stored model can carry them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# 48 kB of a stored model: four years of days with seven regressors.
_MOST_NUMBERS = 12_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Past:
    """Times (nanoseconds), quantities and regressors of the newest known rows."""

    start: int
    gaps: NDArray[np.int64]
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
        regular = len(gaps) > 0 and bool((gaps == gaps[0]).all())
        return cls(
            start=int(ticks[0]),
            gaps=gaps[:1] if regular else gaps,
            values=values[rows].astype(np.float32),
            regressors={name: part[rows].astype(np.float32) for name, part in regressors.items()},
        )

    @property
    def times(self) -> NDArray[np.datetime64]:
        """The time stamps, sorted."""
        gaps = np.broadcast_to(self.gaps, len(self.values) - 1)
        ticks = self.start + np.concatenate([[0], np.cumsum(gaps)])
        return ticks.astype(np.int64).astype("datetime64[ns]")
