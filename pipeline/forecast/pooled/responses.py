"""How sales respond to covariates: a regression per product, anew every few cycles."""

import numpy as np

from pipeline.forecast.pooled.running import Rows, Values

RIDGE = 4.0
"""Rows without any effect that every product is taken to have had: few days prove little."""
LEAST_RATIO, MOST_RATIO = 0.05, 5.0
"""Days with nothing or a multiple of the usual have other reasons as well."""
MOST_EFFECT = 3.0
"""Of the logarithm: about a twentieth or twenty times the usual."""


class Responses:
    """A ridge regression of the logarithm of sales over the usual, on the rows before an origin.

    Parameters
    ----------
    table
        Deviations of the covariates from what is usual, by row and covariate.
    ratios
        Sales over the usual, nan where unknown.
    every
        Rows after which it is fitted anew; in between the last one holds.
    """

    def __init__(self, table: Values, ratios: Values, every: int) -> None:
        self._every = every
        known = np.isfinite(ratios)
        logs = np.log(np.clip(np.where(known, ratios, 1.0), LEAST_RATIO, MOST_RATIO))
        design = np.column_stack([np.ones(len(ratios)), table]) * known[:, None]
        size, blocks = design.shape[1], len(ratios) // every
        rows = design[: blocks * every].reshape(blocks, every, size)
        told = logs[: blocks * every].reshape(blocks, every, 1)
        gram, moments = np.zeros((blocks + 1, size, size)), np.zeros((blocks + 1, size, 1))
        gram[1:] = np.cumsum(rows.transpose(0, 2, 1) @ rows, axis=0)
        moments[1:] = np.cumsum(rows.transpose(0, 2, 1) @ told, axis=0)
        self._slopes = np.linalg.solve(gram + RIDGE * np.eye(size), moments)[:, 1:, 0]

    def effects(self, origins: Rows, table: Values) -> Values:
        """By covariate the logarithm of its factor on the usual, as was known at each origin."""
        slopes = self._slopes[np.minimum(origins // self._every, len(self._slopes) - 1)]
        return np.asarray(np.clip(slopes * table, -MOST_EFFECT, MOST_EFFECT))
