"""Generated values with a known structure."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
WEEK = np.array([-6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0])


def weekly(rows: int, *, noise: float = 1.0, seed: int = 0) -> Array:
    """A level of 50, a pattern of the week, and noise."""
    drawn = np.random.default_rng(seed).normal(0, noise, rows)
    return 50 + WEEK[np.arange(rows) % 7] + drawn


def yearly(rows: int, *, noise: float = 1.0, seed: int = 0) -> Array:
    """The same with a wave of the year."""
    wave = 10 * np.sin(2 * np.pi * np.arange(rows) / 365.25)
    return weekly(rows, noise=noise, seed=seed) + wave


def steps(count: int) -> NDArray[np.int64]:
    """The first steps ahead."""
    return np.arange(1, count + 1, dtype=np.int64)
