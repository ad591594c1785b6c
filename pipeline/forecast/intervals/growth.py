"""How the size of errors grows with the forecast and with the distance."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency

Array = NDArray[np.float64]

SMALLEST_SHARE = 0.05
"""Of the usual level: forecasts below it err as if they were there."""
POWERS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Errors may grow with the forecast to these powers: 0 not at all, 1/2 as counts do."""
USUAL_POWER = 0.5
RATES: Final = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
"""… and with the distance: 0 for errors around a fixed level, 1/2 for those of a random walk."""
COARSE_RATE = 0.2
"""Of weeks and months: a few steps of them are a long time, of which a few windows tell little."""
DOUBT = 4.0
"""How many units of log likelihood speak against a power or rate as far as 1 from the usual before
any error."""


def error_scale(predicted: Array, level: float, power: float = USUAL_POWER) -> Array:
    """The size that errors are measured against."""
    large = np.maximum(predicted, SMALLEST_SHARE * level)
    return np.asarray(large**power * level ** (1 - power), dtype=np.float64)


def usual_rate(frequency: Frequency) -> float:
    """The rate at which errors grow with the distance before any is seen."""
    return 0.0 if frequency.is_daily_or_finer else COARSE_RATE


def likeliest_growth(
    off: Array,
    predicted: Array,
    steps: NDArray[np.int64],
    level: float,
    weights: Array,
    rate_before: float,
) -> tuple[float, float]:
    """The power of the forecast and of the distance under which the errors ``off`` are likeliest,
    as if from a Laplace distribution; few errors leave both at the usual, ``USUAL_POWER`` and
    ``rate_before``.
    """
    sizes = np.log(np.stack([error_scale(predicted, level, power) for power in POWERS]))
    far = np.outer(RATES, np.log(steps))
    logs = sizes[:, None, :] + far[None, :, :]
    share = weights / weights.sum()
    mean_error = (np.abs(off) / np.exp(logs)) @ share
    likelihood = -len(off) / 2 * (logs @ share + np.log(mean_error))
    powers_off = np.abs(np.asarray(POWERS) - USUAL_POWER)
    rates_off = np.abs(np.asarray(RATES) - rate_before)
    doubt = DOUBT * (powers_off[:, None] + rates_off[None, :])
    power, rate = np.unravel_index(np.argmax(likelihood - doubt), doubt.shape)
    return POWERS[power], RATES[rate]
