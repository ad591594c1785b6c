"""The posterior mode of a model whose terms are all added, exactly.

For a given noise the mode is a least-squares problem with a ridge penalty (normal priors of rate,
offset and columns) and a lasso penalty (Laplace prior of the rate changes). The ridge part is
eliminated from the Gram matrix; what is left, one number per changepoint, is solved by an active
set. Given the coefficients, the noise has a closed form; the two steps alternate.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.structural.calendar_products import design_products, products_with_y
from pipeline.forecast.structural.gram import LEAST_NOISE, Gram
from pipeline.forecast.structural.layout import Layout, Mode

Vector = NDArray[np.float64]

_MOST_ROUNDS = 200
# The log density is flat at its top: an error of this size in the noise costs n times its square.
_NOISE_TOLERANCE = 1e-4


def additive_mode(layout: Layout) -> Mode:
    """The most probable parameters of a layout without columns that multiply."""
    gram = additive_gram(layout)
    noise = layout.noise or max(float(np.std(layout.y)), LEAST_NOISE)
    rates = np.zeros(len(gram.products) - len(gram.precisions))
    rates, ridge = gram.coefficients(noise, rates)
    for _ in range(_MOST_ROUNDS):
        before, noise = noise, gram.likeliest_noise(rates, ridge)
        if abs(noise - before) <= _NOISE_TOLERANCE * before:
            break
        rates, ridge = gram.coefficients(noise, rates)
    return assembled(layout, rates, ridge, noise)


def additive_gram(layout: Layout) -> Gram:
    """The products of trend, columns and bends."""
    scales = np.concatenate([layout.trend_scales, layout.prior_scales])
    products, with_y = layout.products or (design_products(layout), products_with_y(layout))
    return Gram(
        products=products,
        with_y=with_y,
        y_squared=float(layout.y @ layout.y),
        rows=len(layout.y),
        precisions=scales**-2,
        lasso_weight=1 / layout.changepoint_scale,
    )


def assembled(layout: Layout, rates: Vector, ridge: Vector, noise: float) -> Mode:
    """A mode from coefficients in the order of the design."""
    if layout.is_flat:
        rates, ridge = np.zeros(len(layout.changepoints)), np.insert(ridge, 0, 0.0)
    return Mode(k=float(ridge[0]), m=float(ridge[1]), delta=rates, beta=ridge[2:], sigma_obs=noise)
