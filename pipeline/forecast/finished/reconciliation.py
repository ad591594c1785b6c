"""Forecasts of products and of their totals that add up.

The errors of products hang together: a rainy Saturday is bad for all of them. How much is learned
from the errors of their backtests on the same days; days that one of two products has no error for
count as unrelated, and errors that cancel each other out are taken for luck, so a total is never
thought to be surer than if its products had nothing to do with each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InvalidDataError

Array = NDArray[np.float64]

LEAST_DAYS = 10
"""With errors of fewer common periods, how errors hang together is anybody's guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Forecasts of several series, made one by one.

    Attributes
    ----------
    expected
        A row per series, a column per period ahead.
    below, above
        Standard deviations of the error on either side, in the same shape.
    errors
        Errors of the backtests: a row per past period, a column per series; missing where a series
        was not tested.
    """

    expected: Array
    below: Array
    above: Array
    errors: Array

    def __post_init__(self) -> None:
        shapes = {self.expected.shape, self.below.shape, self.above.shape}
        if len(shapes) != 1 or self.errors.shape[1] != len(self.expected):
            raise InvalidDataError(
                f"The forecasts have shapes {sorted(shapes)} and the errors {self.errors.shape};"
                " accepted are forecasts of one shape, and errors with a column for each series"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Coherent:
    """`totals` are the sums of `products`, period by period; `below` and `above` are standard
    deviations of the totals' errors.
    """

    products: Array
    totals: Array
    below: Array
    above: Array


def structure_of(groups: Sequence[Sequence[int]], products: int) -> Array:
    """A row per group with 1 for each product (by position) that belongs to it, else 0."""
    structure = np.zeros((len(groups), products))
    for row, members in zip(structure, groups, strict=True):
        row[list(members)] = 1.0
    return structure


def bottom_up(products: Base, structure: Array) -> Coherent:
    """The sums of the products' forecasts, whose errors hang together as in the backtests.

    Parameters
    ----------
    products
        The forecasts of the products.
    structure
        From `structure_of`.
    """
    together = _standardised(products.errors)
    return Coherent(
        products=products.expected,
        totals=structure @ products.expected,
        below=_spread_of_sums(products.below, together, structure),
        above=_spread_of_sums(products.above, together, structure),
    )


def reconcile(products: Base, totals: Base, structure: Array) -> Coherent:
    """Products and totals that were forecast apart, each moved as little as its errors call for.

    The trace-minimising reconciliation of Wickramasuriya, Athanasopoulos and Hyndman (2019), with
    the covariance of the errors shrunk towards its diagonal (Schäfer and Strimmer 2005). No
    forecast of a product is below 0 afterwards.

    Parameters
    ----------
    products, totals
        The forecasts as they were made, with errors of the same past periods.
    structure
        From `structure_of`: a row per row of `totals`, a column per row of `products`.
    """
    groups = len(structure)
    expected = np.vstack([totals.expected, products.expected])
    spread = (
        np.vstack([totals.below, products.below]) + np.vstack([totals.above, products.above])
    ) / 2
    together = _standardised(np.hstack([totals.errors, products.errors]))
    alone = _shrinkage(together)
    # What a coherent forecast has of this is 0: each total less the sum of its products.
    gaps = np.hstack([np.eye(groups), -structure])
    moved = np.empty_like(products.expected)
    variance = np.empty_like(totals.expected)
    for period in range(expected.shape[1]):
        scaled = gaps.T * spread[:, period, None]
        covered = alone * scaled + (1 - alone) * together.T @ (together @ scaled) / len(together)
        reach = covered * spread[:, period, None]
        gain = reach @ np.linalg.pinv(gaps @ reach, hermitian=True)
        step = gain @ (gaps @ expected[:, period])
        moved[:, period] = expected[groups:, period] - step[groups:]
        variance[:, period] = spread[:groups, period] ** 2 - np.sum(
            gain[:groups] * reach[:groups], axis=1
        )
    moved = np.maximum(moved, 0.0)
    sure = np.sqrt(np.maximum(variance, 0.0))
    return Coherent(products=moved, totals=structure @ moved, below=sure, above=sure)


def _standardised(errors: Array) -> Array:
    """Errors with a mean square of 1 in each column, 0 where there are none."""
    filled = np.nan_to_num(np.asarray(errors, dtype=np.float64))
    if len(filled) < LEAST_DAYS:
        filled = np.zeros((1, filled.shape[1]))
    size = np.sqrt(np.mean(filled**2, axis=0))
    return np.divide(filled, size, out=np.zeros_like(filled), where=size > 0)


def _spread_of_sums(spread: Array, together: Array, structure: Array) -> Array:
    """Standard deviations of sums, in the shape of the totals."""
    apart = structure @ spread**2
    summed = [
        np.mean((together @ (members[:, None] * spread)) ** 2, axis=0) for members in structure
    ]
    return np.sqrt(np.maximum(apart, np.reshape(summed, apart.shape)))


def _shrinkage(together: Array) -> float:
    """How far correlations are shrunk towards 0, from what chance alone makes of them."""
    rows, columns = together.shape
    if rows < LEAST_DAYS or columns < 2:
        return 1.0
    squares = together**2
    correlations = float(np.sum((together @ together.T) ** 2)) / rows**2
    correlations -= float(np.sum(np.mean(squares, axis=0) ** 2))
    products = float(np.sum(squares.sum(axis=1) ** 2) - np.sum(squares**2))
    chance = rows / (rows - 1) ** 3 * (products - rows * correlations)
    return 1.0 if correlations <= 0 else float(np.clip(chance / correlations, 0.0, 1.0))
