"""Prior scales learned from the series itself.

Prophet gives every wave, holiday and regressor the same wide prior and the trend one stiffness,
whatever the series. Here each wave, the holidays and each regressor get the scales under which the
series as a whole is most probable, all coefficients averaged over (MacKay 1992, "Bayesian
interpolation", Neural Computation 4(3), by expectation-maximisation). That decides how many waves
the year has, whether a holiday matters and how freely the trend bends, from the Gram matrix alone.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotri, dpotrs

from pipeline.forecast.structural.additive import additive_gram
from pipeline.forecast.structural.calendar_columns import holiday_columns
from pipeline.forecast.structural.fit import Priors
from pipeline.forecast.structural.gram import Gram
from pipeline.forecast.structural.layout import Layout, PriorScales
from pipeline.forecast.structural.structure import Structure

Vector = NDArray[np.float64]
Groups = NDArray[np.intp]

# The scales have come most of the way then; more rounds follow what a single series says by chance.
_ROUNDS = 6
# Begin between "no effect" and "as large as the series", from where both are reached.
_FIRST_SCALE = 0.1
_LEAST_SCALE, _MOST_SCALE = 1e-4, 10.0
_LEAST_CHANGE, _MOST_CHANGE = 1e-3, 10.0
# A variance: with noise below a ten-thousandth of the largest value sums lose their digits.
_LEAST_NOISE = 1e-8


def learned_scales(layout: Layout, structure: Structure) -> Layout:
    """The layout with the prior scales that its series makes most probable."""
    gram = additive_gram(layout)
    groups = column_groups(structure)
    trend, columns = len(layout.trend_scales), len(groups)
    diagonal = np.diag(gram.products)
    seen = diagonal[trend : trend + columns] > 0
    variances = np.full(int(groups.max(initial=-1)) + 1, _FIRST_SCALE**2)
    change = layout.changepoint_scale
    noise = max(float(np.var(layout.y)) / 2, _LEAST_NOISE)
    for _ in range(_ROUNDS):
        bends = np.full(len(diagonal) - trend - columns, 1 / (2 * change**2))
        precisions = np.concatenate([gram.precisions[:trend], 1 / variances[groups], bends])
        means, spreads = _posterior(gram, precisions, noise)
        squares = means**2 + spreads
        variances = _by_group(squares[trend : trend + columns], groups, seen, variances)
        if len(bends):
            mean_square = float(squares[trend + columns :].mean())
            change = float(np.clip(np.sqrt(mean_square / 2), _LEAST_CHANGE, _MOST_CHANGE))
        noise = _noise(gram, means, float((1 - precisions * spreads).sum()))
    return replace(
        layout,
        prior_scales=np.sqrt(variances)[groups],
        changepoint_scale=change,
        products=(gram.products, gram.with_y),
        noise=float(np.sqrt(noise)),
    )


def learned_before(scales: PriorScales, noise: float) -> Priors:
    """The prior scales that fewer rows of the same series made most probable, and their noise."""

    def keep(layout: Layout, _structure: Structure) -> Layout:
        return replace(
            layout,
            prior_scales=scales.columns,
            changepoint_scale=scales.changes,
            noise=noise,
        )

    return keep


def column_groups(structure: Structure) -> Groups:
    """Which columns share a scale: sine and cosine of a wave, all holidays, each regressor."""
    waves = np.repeat(np.arange(sum(one.order for one in structure.seasonalities)), 2)
    holidays = np.full(len(holiday_columns(structure.holidays).names), len(waves) // 2)
    first = len(waves) // 2 + (len(holidays) > 0)
    return np.concatenate([waves, holidays, first + np.arange(len(structure.regressors))])


def _posterior(gram: Gram, precisions: Vector, noise: float) -> tuple[Vector, Vector]:
    """Means and variances of the coefficients with normal priors."""
    matrix = gram.products / noise
    matrix.flat[:: len(matrix) + 1] += precisions
    factor, failed = dpotrf(matrix, lower=1)
    if failed:
        raise np.linalg.LinAlgError("the columns depend on each other")
    means, _ = dpotrs(factor, gram.with_y / noise, lower=1)
    inverse, _ = dpotri(factor, lower=1, overwrite_c=1)
    return means, np.diag(inverse)


def _by_group(squares: Vector, groups: Groups, seen: NDArray[np.bool_], before: Vector) -> Vector:
    """The mean of the squares in each group; what has never happened has no say in it."""
    counts = np.bincount(groups[seen], minlength=len(before))
    sums = np.bincount(groups[seen], weights=squares[seen], minlength=len(before))
    means = np.where(counts > 0, sums / np.maximum(counts, 1), before)
    return np.asarray(np.clip(means, _LEAST_SCALE**2, _MOST_SCALE**2))


def _noise(gram: Gram, means: Vector, degrees: float) -> float:
    """The variance of what the coefficients leave, with the freedom that they take."""
    squares = gram.y_squared - 2 * gram.with_y @ means + means @ gram.products @ means
    return max(float(squares) / max(gram.rows - degrees, 1.0), _LEAST_NOISE)
