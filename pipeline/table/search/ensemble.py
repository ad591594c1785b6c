"""Greedy ensemble selection (Caruana and others, 2004) on predictions for rows not learned from.

Candidates are added one at a time, with replacement, each time the one that helps the mean most.
On few rows that would pick what fits by chance, so the selection is repeated on parts of the rows
and the weights are averaged; and a cross-validation over the rows decides whether the ensemble
is better than the best candidate alone. Also, the fewer the rows, the more of the weight is shared
equally by the best candidates of different families.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from pipeline.table.scores import Array, Metric

Weights = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
_MOST_STEPS = 40
_PATIENCE = 4
_MANY_ROWS = 5_000
_BAGS, _BAG_SHARE = 10, 0.7
_CHECKS = 5
_LEAST_WEIGHT = 0.03
_TIE_BREAK = 0.02
_PRIOR_ROWS = 300
_DOUBT, _LEAST_LOSS = 20.0, 0.15
"""On few rows the check itself errs; there an ensemble may be a little worse in it."""
_LEAST_PROBABILITY = 1e-15


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Candidates, best bet not necessarily first, by what they predict for the same rows.

    ``rows`` are the numbers of these rows, of which some may come several times. ``costs`` has one
    row per candidate and one column per limit of ``limits``; what is chosen costs no more than
    these in sum. ``peers`` are the numbers of good candidates of different kinds.
    """

    predictions: Sequence[Array]
    target: Array
    rows: Rows
    metric: Metric
    costs: Array
    limits: Array
    peers: Sequence[int] = ()

    def affordable(self) -> Array:
        """Which candidates keep to the limits alone."""
        return np.asarray((self.costs <= self.limits).all(axis=1))

    def blend(self, weights: Weights) -> Array:
        """The weighted mean of the predictions."""
        return blend(self.predictions, weights)

    def loss(self, weights: Weights) -> float:
        return self.metric.loss(self.target, self.blend(weights))


@dataclass(frozen=True, slots=True)
class Ensemble:
    """``weights`` that sum to 1, and ``unseen``: what is predicted for each part of the rows with
    the weights that would have been chosen on the others. Its errors are those of new rows, while
    those of the weighted mean are smaller by what was chosen because it fits these rows."""

    weights: Weights
    unseen: Array


class _Kind(IntEnum):
    """What competes: ensembles that share with the peers, ensembles as they were selected, and
    single candidates."""

    SHARED = 0
    SELECTED = 1
    SINGLE = 2


@dataclass(frozen=True, slots=True)
class _Check:
    """What was chosen, by kind, without the ``rows`` that judge it."""

    rows: Rows
    weights: tuple[Weights, Weights, Weights]


def blend(predictions: Sequence[Array], weights: Weights) -> Array:
    """The weighted mean of ``predictions``; the weights sum to 1."""
    used = [(w, one) for w, one in zip(weights, predictions, strict=True) if w > 0]
    total = np.zeros(predictions[0].shape)
    for weight, one in used:
        total += weight * one
    return total


def choose_weights(pool: Pool, seed: int) -> Ensemble:
    """An ensemble, or all weight on the best candidate alone."""
    losses = _Losses(pool)
    rows = np.arange(len(pool.target))
    single = _single(losses, pool, rows)
    if len(pool.predictions) == 1:
        return Ensemble(single, pool.blend(single))
    random = np.random.default_rng(seed)
    checks = _checks(losses, pool, random)
    of_kind = _losses_by_kind(losses, checks)
    accepted = _not_clearly_worse(min(of_kind), pool)
    if min(of_kind[_Kind.SHARED], of_kind[_Kind.SELECTED]) > accepted:
        return Ensemble(single, _unseen(pool, checks, _Kind.SINGLE))
    kind = _Kind.SHARED if of_kind[_Kind.SHARED] <= accepted else _Kind.SELECTED
    weights = _bagged(losses, pool, rows, random)
    shared = _shrunk(weights, pool) if kind is _Kind.SHARED else weights
    return Ensemble(_prune(shared, pool), _unseen(pool, checks, kind))


def _not_clearly_worse(loss: float, pool: Pool) -> float:
    """The largest loss that the rows hardly tell from ``loss``. A log loss near zero is a matter of
    how sure the answers are, which a few surprises would change."""
    least = _LEAST_LOSS if pool.metric.name == "log_loss" else 0.0
    return loss + _DOUBT * max(abs(loss), least) / len(pool.target)


def _checks(losses: "_Losses", pool: Pool, random: np.random.Generator) -> list[_Check]:
    """A cross-validation of the choice; a row that comes several times is in one part only."""
    distinct, row_of = np.unique(pool.rows, return_inverse=True)
    part_of = (random.permutation(len(distinct)) % _CHECKS)[row_of]
    checks = []
    for part in range(_CHECKS):
        chosen_on, judged_on = np.flatnonzero(part_of != part), np.flatnonzero(part_of == part)
        if not len(judged_on):
            continue
        selected = _bagged(losses, pool, chosen_on, random)
        kinds = (_shrunk(selected, pool), selected, _single(losses, pool, chosen_on))
        checks.append(_Check(judged_on, kinds))
    return checks


def _losses_by_kind(losses: "_Losses", checks: Sequence[_Check]) -> tuple[float, ...]:
    sizes = np.array([len(check.rows) for check in checks])
    found = [[losses.of(one, check.rows) for one in check.weights] for check in checks]
    return tuple((sizes @ np.array(found) / sizes.sum()).tolist())


def _unseen(pool: Pool, checks: Sequence[_Check], kind: _Kind) -> Array:
    predicted = np.empty(pool.predictions[0].shape)
    for check in checks:
        parts = [one[check.rows] for one in pool.predictions]
        predicted[check.rows] = blend(parts, check.weights[kind])
    return predicted


def _shrunk(weights: Weights, pool: Pool) -> Weights:
    """Weights with a part of them shared equally by the peers, the larger the fewer the rows."""
    peers = [place for place in pool.peers if pool.affordable()[place]]
    if not peers:
        return weights
    equal = np.zeros(len(weights))
    equal[peers] = 1 / len(peers)
    share = _PRIOR_ROWS / (_PRIOR_ROWS + len(pool.target))
    return np.asarray((1 - share) * weights + share * equal)


def _bagged(losses: "_Losses", pool: Pool, rows: Array, random: np.random.Generator) -> Weights:
    if len(rows) >= _MANY_ROWS:
        return _greedy(losses, pool, rows)
    size = max(2, round(_BAG_SHARE * len(rows)))
    bags = [_greedy(losses, pool, random.permutation(rows)[:size]) for _ in range(_BAGS)]
    return np.asarray(np.mean(bags, axis=0))


def _single(losses: "_Losses", pool: Pool, rows: Array) -> Weights:
    """All weight on the best candidate that keeps to the limits, or else on the cheapest."""
    alone = losses.of_sums(losses.values[:, rows], 1, rows)
    affordable = pool.affordable()
    if affordable.any():
        best = int(np.where(affordable, alone, np.inf).argmin())
    else:
        best = int((pool.costs / pool.limits).max(axis=1).argmin())
    return np.asarray(np.eye(len(pool.predictions))[best])


def _greedy(losses: "_Losses", pool: Pool, rows: Array) -> Weights:
    values = losses.values[:, rows]
    counts = _single(losses, pool, rows)
    total = (counts @ values.reshape(len(values), -1)).reshape(values.shape[1:])
    best_counts, best_loss, since = counts.copy(), losses.of_sums(total[None], 1, rows)[0], 0
    for size in range(2, _MOST_STEPS + 1):
        found = losses.of_sums(total[None] + values, size, rows)
        found = np.where(_can_join(counts, pool), found, np.inf)
        joining = int(found.argmin())
        if not np.isfinite(found[joining]):
            break
        counts[joining] += 1
        total = total + values[joining]
        since += 1
        if found[joining] < best_loss:
            best_counts, best_loss, since = counts.copy(), found[joining], 0
        elif since >= _PATIENCE:
            break
    return np.asarray(best_counts / best_counts.sum())


def _can_join(counts: Weights, pool: Pool) -> Array:
    used = counts > 0
    spent = pool.costs[used].sum(axis=0)
    fits = (spent + pool.costs <= pool.limits).all(axis=1)
    return np.asarray(used | fits)


def _prune(weights: Weights, pool: Pool) -> Weights:
    """Without members that hardly count, nor those that do not fit in the limits together."""
    kept = np.where(weights >= min(_LEAST_WEIGHT, weights.max()), weights, 0.0)
    while (kept > 0).sum() > 1 and (pool.costs[kept > 0].sum(axis=0) > pool.limits).any():
        kept[np.where(kept > 0, kept, np.inf).argmin()] = 0.0
    return np.asarray(kept / kept.sum())


class _Losses:
    """Losses of many sums of predictions at once.

    Log loss needs only what each row's actual class was given; the rest needs everything.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._is_log_loss = pool.metric.name == "log_loss"
        stacked = np.stack([np.asarray(one, dtype=np.float64) for one in pool.predictions])
        if self._is_log_loss:
            stacked = stacked[:, np.arange(len(pool.target)), pool.target]
        self.values: Array = stacked

    def of(self, weights: Weights, rows: Array) -> float:
        values = self.values[:, rows]
        total = (weights @ values.reshape(len(values), -1)).reshape(values.shape[1:])
        return float(self.of_sums(total[None], 1, rows)[0])

    def of_sums(self, sums: Array, size: int, rows: Array) -> Array:
        """The loss of each of ``sums`` of ``size`` predictions."""
        means = sums / size
        if self._is_log_loss:
            return np.asarray(-np.log(np.maximum(means, _LEAST_PROBABILITY)).mean(axis=1))
        target = self._pool.target[rows]
        if self._pool.metric.name == "rmse":
            return np.asarray(np.sqrt(np.square(means - target).mean(axis=1)))
        return np.array([self._loss(target, mean) for mean in means])

    def _loss(self, target: Array, mean: Array) -> float:
        """The metric; where that only sees decisions, steps in probability count a little too."""
        loss = self._pool.metric.loss(target, mean)
        if not self._pool.metric.decides:
            return loss
        given = mean[np.arange(len(target)), target]
        return loss - _TIE_BREAK * float(given.mean())
