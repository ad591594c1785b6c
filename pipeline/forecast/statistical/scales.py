"""Values on a scale on which a method is at ease: centred, of size 1, and perhaps logarithms."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scale:
    """``(value - centre) / size``, of the logarithm where ``is_log``.

    Forecasts of logarithms stay within ``lowest`` and ``highest``, once the range of the past
    below and above it: a straight line of logarithms would leave every measure in the long run.
    """

    is_log: bool
    centre: float
    size: float
    lowest: float
    highest: float

    def forward(self, values: Array) -> Array:
        """On this scale."""
        raw = np.log(values) if self.is_log else values
        return np.asarray((raw - self.centre) / self.size)

    def back(self, scaled: Array) -> Array:
        """As they were."""
        if not self.is_log:
            return np.asarray(scaled * self.size + self.centre)
        return np.exp(np.clip(scaled, self.lowest, self.highest) * self.size + self.centre)

    def log_density(self, values: Array) -> float:
        """What makes likelihoods on different scales comparable: the log of the slope, summed."""
        slope = -len(values) * np.log(self.size)
        return float(slope - np.log(values).sum() if self.is_log else slope)


def scale_of(values: Array, *, is_log: bool) -> Scale:
    """The scale of these values; ``is_log`` needs all of them above 0."""
    raw = np.log(values) if is_log else values
    centre = float(raw.mean())
    size = float(np.abs(raw - centre).mean())
    if not size > 1e-12 * abs(centre):  # nothing but rounding
        size = abs(centre) or 1.0
    low, high = (float(raw.min()) - centre) / size, (float(raw.max()) - centre) / size
    return Scale(is_log, centre, size, low - (high - low), high + (high - low))
