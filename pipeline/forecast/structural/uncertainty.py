"""How uncertain a forecast is by Prophet's own account.

The trend is expected to change as often and as much as it has: in each coming period with a
certain probability, by a Laplace variable; noise comes on top. Prophet draws a thousand such
futures; the distribution has a characteristic function in closed form, from which the interval
follows without drawing.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import erfinv

from pipeline.forecast.structural.model import Rows, StructuralModel

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

# Prophet adds this to the mean size of the changes so that it is never 0.
_LEAST_CHANGE = 1e-8
_NODES, _GRID = 2_048, 512
# Where the characteristic function of a standard normal variable is as good as 0.
_REACH = 7.0
# Noise of a smaller share than this of the whole makes no difference to an interval.
_MOST_TIMES = 30.0
_FARTHEST = 50.0
_MOST_STEPS, _TOLERANCE = 50, 1e-6


@dataclass(frozen=True, slots=True)
class TrendChanges:
    """What may happen to the scaled trend in coming periods of a certain ``length``.

    ``weights`` says how much a change of the rate by 1, 0, 1, 2, … periods ago moves the trend.
    """

    probability: float
    scale: float
    weights: Vector

    @classmethod
    def of(cls, model: StructuralModel, t: Vector) -> "TrendChanges":
        """The changes that a model expects at scaled times ``t``, all after its history."""
        periods = np.diff(t) if len(t) > 1 else np.diff(model.scales.t(model.past.times))
        length = float(periods.mean())
        flat = model.structure.growth == "flat"
        return cls(
            probability=0.0 if flat else min(len(model.changepoints) * length, 1.0),
            scale=float(np.abs(model.mode.delta).mean()) + _LEAST_CHANGE,
            weights=np.arange(0.5, len(t)) * length,
        )

    def deviations(self) -> Vector:
        """The standard deviation of the trend in each period."""
        each = 2 * self.probability * (self.scale * self.weights) ** 2
        return np.asarray(np.sqrt(np.cumsum(each)))

    def draw(self, samples: int, generator: np.random.Generator) -> Matrix:
        """Differences from the expected trend, shape ``(samples, periods)``."""
        shape = samples, len(self.weights)
        happens = generator.random(shape) < self.probability
        rates = np.cumsum(happens * generator.laplace(0.0, self.scale, shape), axis=1)
        before = np.hstack([np.zeros((samples, 1)), rates[:, :-1]])
        length = self.weights[0] * 2 if len(self.weights) else 0.0
        return np.asarray(np.cumsum((rates + before) / 2, axis=1) * length)


def interval(model: StructuralModel, future: pd.DataFrame, width: float) -> tuple[Vector, Vector]:
    """Lower and upper bounds that hold a share ``width`` of the futures, in closed form."""
    middle = model.predict(future)
    half = _half_widths(model, future, width) * model.scales.largest
    return middle - half, middle + half


def draw(
    model: StructuralModel, future: pd.DataFrame, samples: int, seed: int
) -> NDArray[np.float64]:
    """Futures as Prophet draws them, shape ``(samples, rows)``."""
    generator = np.random.default_rng(seed)
    ahead, factor = _ahead(model, future)
    t = model.scales.t(future["ds"].to_numpy())
    moved = np.zeros((samples, len(t)))
    if ahead.any():
        moved[:, ahead] = TrendChanges.of(model, t[ahead]).draw(samples, generator)
    noise = generator.normal(0.0, model.mode.sigma_obs, moved.shape)
    return model.predict(future) + (moved * factor + noise) * model.scales.largest


def _half_widths(model: StructuralModel, future: pd.DataFrame, width: float) -> Vector:
    ahead, factor = _ahead(model, future)
    t = model.scales.t(future["ds"].to_numpy())
    noise = np.full(len(t), model.mode.sigma_obs)
    if not ahead.any():
        return noise * math.sqrt(2) * float(erfinv(width))
    changes, sizes = TrendChanges.of(model, t[ahead]), np.abs(factor[ahead])
    total = np.hypot(changes.deviations() * sizes, noise[ahead])
    # Of the variable divided by its deviation; the less of it is noise, the farther it reaches.
    reach = _REACH * np.minimum(total / noise[ahead], _MOST_TIMES)
    nodes = (np.arange(_NODES) + 0.5) / _NODES * reach[:, None]
    logs = _log_characteristic(changes, nodes * (sizes / total)[:, None])
    logs -= 0.5 * (nodes * (noise[ahead] / total)[:, None]) ** 2
    half = noise * math.sqrt(2) * float(erfinv(width))
    half[ahead] = total * _quantiles(np.exp(logs), nodes, width)
    return half


def _log_characteristic(changes: TrendChanges, frequencies: Matrix) -> Matrix:
    """Of the trend in each period (a row), at frequencies of its own.

    The changes of all periods up to a row add up; they are summed on one grid of frequencies, as
    the function is smooth.
    """
    grid = np.geomspace(max(frequencies.min(), 1e-300), max(frequencies.max(), 1e-299), _GRID)
    laplace = 1 / (1 + (changes.scale * changes.weights[:, None] * grid) ** 2)
    sums = np.cumsum(np.log1p(changes.probability * (laplace - 1)), axis=0)
    logs = np.log(np.maximum(frequencies, 1e-300))
    return np.stack([np.interp(x, np.log(grid), y) for x, y in zip(logs, sums, strict=True)])


def _quantiles(characteristic: Matrix, nodes: Matrix, width: float) -> Vector:
    """The ``x`` with ``P(|X| <= x) = width`` of symmetric variables, one per row.

    The inversion is that of Gil-Pelaez (1951). The distribution has one peak, so that Newton's
    steps from 0 come nearer from below.
    """
    density = characteristic * (4 / np.pi * nodes[:, :1])  # the first node is half a step
    x = np.zeros(len(nodes))
    for _ in range(_MOST_STEPS):
        angles = x[:, None] * nodes
        missing = width - (density / nodes * np.sin(angles)).sum(axis=1)
        step = missing / (density * np.cos(angles)).sum(axis=1)
        x = np.clip(x + step, 0.0, _FARTHEST)
        if np.abs(step).max() < _TOLERANCE:
            break
    return x


def _ahead(model: StructuralModel, future: pd.DataFrame) -> tuple[NDArray[np.bool_], Vector]:
    """Which rows lie after the history, and what the trend is multiplied by in each."""
    rows = Rows.of(future, model.structure)
    return model.scales.t(rows.times) > 1, model.factor(rows)
