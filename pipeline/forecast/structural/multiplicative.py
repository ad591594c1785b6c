"""The posterior mode of a model in which columns multiply the trend.

Trend and columns are each linear, their product is not. Around a point the product is nearly
linear, and the linear model is solved exactly, Laplace prior included (a Gauss-Newton step); along
the line to that solution the density is known in closed form, so that the best point on it is
taken. It ends where no step makes the parameters more probable.
"""

from dataclasses import replace

import numpy as np

from pipeline.forecast.structural.additive import additive_mode, assembled
from pipeline.forecast.structural.bilinear import Bilinear, Point
from pipeline.forecast.structural.gram import likeliest_noise
from pipeline.forecast.structural.layout import Layout, Mode, trend_of

_MOST_STEPS = 100
# In units of the log density, of which a difference of one hundredth means nothing; what is left
# after such a step is usually a hundredth of it.
_LEAST_GAIN = 1e-3
# A level below which a series has none that anything could be a share of.
_LEAST_LEVEL = 1e-3


def multiplicative_mode(layout: Layout) -> Mode:
    """The most probable parameters near the mode of the same terms added up.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the design has values that are not finite.
    """
    model = Bilinear.of(layout)
    point = _first(model)
    density = model.density(point)
    for _ in range(_MOST_STEPS):
        nearer = model.rescaled(model.towards(point, model.step(point)))
        reached = model.density(nearer)
        if reached > density:
            point = nearer
        if reached - density <= _LEAST_GAIN:
            break
        density = reached
    ridge = np.concatenate([point.trend[: model.ridged], point.beta])
    return assembled(layout, point.trend[model.ridged :], ridge, point.noise)


def _first(model: Bilinear) -> Point:
    layout = model.layout
    nothing_multiplies = np.zeros_like(layout.multiplies)
    start = _as_factors(layout, additive_mode(replace(layout, multiplies=nothing_multiplies)))
    trend = [start.m] if layout.is_flat else [start.k, start.m, *start.delta]
    point = Point(np.array(trend), start.beta, start.sigma_obs)
    rest = model.residuals(point)
    return replace(point, noise=likeliest_noise(float(rest @ rest), len(rest)))


def _as_factors(layout: Layout, mode: Mode) -> Mode:
    """The mode of an additive model with what is added divided by the usual level."""
    level = float(np.mean(np.abs(trend_of(layout.t, layout.changepoints, mode))))
    beta = np.where(layout.multiplies, mode.beta / max(level, _LEAST_LEVEL), mode.beta)
    return replace(mode, beta=beta)
