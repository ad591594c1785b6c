"""The waves of seasonalities, on Prophet's time base: days since 1970."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.structural.structure import Seasonality

_NANOSECONDS_PER_DAY = 86_400 * 10**9


def waves(
    times: NDArray[np.datetime64], seasonalities: Sequence[Seasonality]
) -> NDArray[np.float64]:
    """Sine and cosine of each wave of each seasonality, one row per time.

    The higher waves are powers of the first one on the unit circle, which costs a multiplication
    instead of two trigonometric functions.
    """
    days = times.astype("datetime64[ns]").astype(np.int64) / _NANOSECONDS_PER_DAY
    table = np.empty((len(days), 2 * sum(one.order for one in seasonalities)))
    column = 0
    for one in seasonalities:
        first = np.exp(2j * np.pi / one.period * days)
        wave = np.ones_like(first)
        for _ in range(one.order):
            wave = wave * first
            table[:, column], table[:, column + 1] = wave.imag, wave.real
            column += 2
    return table


def waves_key(seasonalities: Sequence[Seasonality]) -> tuple[tuple[float, int], ...]:
    """Equal for seasonalities with equal waves, whatever these do to the trend."""
    return tuple((one.period, one.order) for one in seasonalities)
