"""Shapley values of single predictions on the columns of the table, for any model.

Each walk goes from a row of the background to the row to be explained, replacing one column after
the other in a random order; what a replacement changes in the prediction is that column's part.
The mean over walks is an unbiased estimate of the Shapley value (Štrumbelj and Kononenko, 2014,
"Explaining prediction models and individual predictions with feature contributions"). Every order
is walked in reverse as well, so that what two columns do together is shared exactly. Because each
walk begins and ends at a known prediction, the parts sum exactly to the difference.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.explain.answers import Answers, Values, rows_per_call
from pipeline.explain.mixing import mixed, pooled


@dataclass(frozen=True, slots=True)
class Walks:
    """Which background row each walk starts at, and when it replaces each column.

    ``starts`` has shape (walks,); ``ranks`` has shape (walks, columns): 0 for the column that is
    replaced first.
    """

    starts: npt.NDArray[np.int64]
    ranks: npt.NDArray[np.int64]

    @property
    def steps(self) -> int:
        """How many rows between start and end all walks of one explained row have together."""
        walks, columns = self.ranks.shape
        return int(walks * (columns - 1))


@dataclass(frozen=True, slots=True)
class Contributions:
    """``values`` has shape (rows, columns, outputs); with ``base`` they sum to ``predicted``."""

    base: Values
    predicted: Values
    values: Values


def plan_walks(standing: Values, columns: int, pairs: int, seed: int) -> Walks:
    """Pairs of walks that start at background rows from the whole range of their predictions.

    Parameters
    ----------
    standing
        The predictions of the background rows, shape (background rows, outputs).
    pairs
        How many orders are walked, forwards and in reverse; if there are at least as many as
        background rows, a multiple of their number is used so that each counts the same.
    """
    rows = len(standing)
    by_prediction = np.lexsort(standing.T)
    if pairs >= rows:
        starts = np.tile(by_prediction, pairs // rows)
    else:
        starts = by_prediction[((np.arange(pairs) + 0.5) * rows / pairs).astype(np.int64)]
    random = np.random.default_rng(seed)
    orders = np.tile(np.arange(columns), (len(starts), 1))
    ranks = random.permuted(orders, axis=1)
    return Walks(np.concatenate([starts, starts]), np.concatenate([ranks, columns - 1 - ranks]))


def contributions(
    answers: Answers, background: pd.DataFrame, standing: Values, rows: pd.DataFrame, walks: Walks
) -> Contributions:
    """What each column contributes to the prediction of each of ``rows``."""
    predicted = answers.values(rows)
    pool = pooled(rows, background)
    per_call = max(1, rows_per_call(len(pool.columns)) // max(1, walks.steps))
    parts = []
    for block in np.split(np.arange(len(rows)), range(per_call, len(rows), per_call)):
        between = _between(answers, pool, len(rows), block, walks)
        parts.append(_by_column(standing[walks.starts], between, predicted[block], walks))
    return Contributions(
        base=standing[walks.starts].mean(axis=0), predicted=predicted, values=np.concatenate(parts)
    )


def _by_column(begin: Values, between: Values, end: Values, walks: Walks) -> Values:
    """The mean change by each column, shape (rows, columns, outputs)."""
    shape = (len(end), len(begin), 1, end.shape[1])
    path = [
        np.broadcast_to(begin[None, :, None], shape),
        between,
        np.broadcast_to(end[:, None, None], shape),
    ]
    changes = np.diff(np.concatenate(path, axis=2), axis=2)
    by_column = np.take_along_axis(changes, walks.ranks[None, :, :, None], axis=2)
    return np.asarray(by_column.mean(axis=1))


def _between(
    answers: Answers,
    pool: pd.DataFrame,
    explained: int,
    block: npt.NDArray[np.int64],
    walks: Walks,
) -> Values:
    """The predictions between start and end, shape (rows, walks, columns − 1, outputs)."""
    count, columns = walks.ranks.shape
    is_replaced = walks.ranks[:, None, :] < np.arange(1, columns)[None, :, None]
    starts = explained + walks.starts[None, :, None, None]
    places = np.where(is_replaced[None], block[:, None, None, None], starts)
    values = answers.values(mixed(pool, places.reshape(-1, columns)))
    return values.reshape(len(block), count, columns - 1, len(answers.outputs))
