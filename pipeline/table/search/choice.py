"""Which candidates answer together, with which weights, and how their answer is corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.table.scores import Array
from pipeline.table.search.calibration import fit_temperature, tempered
from pipeline.table.search.candidate import Candidate
from pipeline.table.search.decision import fit_factors
from pipeline.table.search.ensemble import Pool, blend, choose_weights
from pipeline.table.search.interval import Interval
from pipeline.table.search.model import Blend
from pipeline.table.search.pacing import Pacing
from pipeline.table.search.problem import Problem
from pipeline.table.search.search import Found
from pipeline.table.search.standings import Standings, best_of_each_family

ENSEMBLE = "ensemble"
USUAL_PREDICT_MS = 12.0
_MOST_IN_POOL = 20
_LEAST_SECONDS = 1e-6
_PEER_GAP, _MOST_PEERS = 0.07, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The candidates of an answer, the greatest weight first, with what is known of it.

    ``judged`` and ``tested`` are its predictions for the rows that judged the candidates, one fold
    after the other, and for the test rows: made by models that had not seen these rows.
    """

    name: str
    members: tuple[Candidate, ...]
    blend: Blend
    judged: Array
    tested: Array
    target: Array

    @property
    def weights(self) -> Mapping[str, float]:
        return self.blend.weights


def choose(
    found: Found, problem: Problem, standings: Standings, pacing: Pacing, *, may_blend: bool
) -> Choice:
    """The best ensemble within the limits of time, or the best candidate alone.

    The limits are ``max_predict_ms`` for the prediction of one row, and the time that is left to
    fit again those members whose models of folds are not there to stand in.
    """
    pool = _pool(found, standings)
    target = problem.judged_target(found.folds)
    if not may_blend or len(pool) == 1:
        return single_choice(_quickest_enough(pool, problem), found, problem)
    limit = problem.spec.max_predict_ms or USUAL_PREDICT_MS
    ensemble = choose_weights(
        Pool(
            predictions=[one.judged(found.folds) for one in pool],
            target=target,
            rows=problem.judged_rows(found.folds),
            metric=problem.metric,
            costs=np.array([[one.predict_ms, _seconds_needed(one, pacing)] for one in pool]),
            limits=np.array([limit, max(_LEAST_SECONDS, pacing.left_for_refit())]),
            peers=_peers(pool, found, standings),
        ),
        problem.spec.seed,
    )
    weights = ensemble.weights
    used = sorted(np.flatnonzero(weights).tolist(), key=lambda place: -weights[place])
    members = [pool[place] for place in used]
    name = members[0].name if len(members) == 1 else ENSEMBLE
    return _choice(name, members, weights[used], found, problem, ensemble.unseen)


def single_choice(candidate: Candidate, found: Found, problem: Problem) -> Choice:
    """One candidate by itself."""
    judged = candidate.judged(found.folds)
    return _choice(candidate.name, [candidate], np.ones(1), found, problem, judged)


def _choice(
    name: str,
    members: Sequence[Candidate],
    weights: Array,
    found: Found,
    problem: Problem,
    unseen: Array,
) -> Choice:
    """``unseen`` are predictions by what would have been chosen without the predicted rows."""
    rows = problem.judged_rows(found.folds)
    target = problem.judged_target(found.folds)
    judged = blend([one.judged(found.folds) for one in members], weights)
    tested = blend([one.tested(found.folds) for one in members], weights)
    by_name = {one.name: float(weight) for one, weight in zip(members, weights, strict=True)}
    if not problem.classes:
        corrected = Blend(weights=by_name, interval=Interval.fit(target, unseen, rows))
    else:
        seed = problem.spec.seed
        temperature = fit_temperature(target, judged, rows, seed)
        judged, tested = tempered(judged, temperature), tempered(tested, temperature)
        factors = fit_factors(target, judged, problem.metric, seed)
        corrected = Blend(weights=by_name, temperature=temperature, factors=factors)
    return Choice(
        name=name,
        members=tuple(members),
        blend=corrected,
        judged=judged,
        tested=tested,
        target=target,
    )


def _pool(found: Found, standings: Standings) -> list[Candidate]:
    """The best candidates and the best of each family; references only if there is nothing else."""
    ranked = standings.ranked(found.candidates, found.folds)
    contenders = [one for one in ranked if not one.family.is_reference]
    if not contenders:
        return ranked[:1]
    best = contenders[:_MOST_IN_POOL]
    return [*best, *(one for one in best_of_each_family(contenders) if one not in best)]


def _peers(pool: Sequence[Candidate], found: Found, standings: Standings) -> list[int]:
    """The places of the best of each family that is nearly as good as the best of all."""
    near = [
        one
        for one in best_of_each_family(pool)
        if standings.gap(one, found.candidates, found.folds) <= _PEER_GAP
    ]
    return [pool.index(one) for one in near[:_MOST_PEERS]]


def _seconds_needed(candidate: Candidate, pacing: Pacing) -> float:
    return 0.0 if candidate.whole_models() else pacing.refit_seconds(candidate)


def _quickest_enough(pool: Sequence[Candidate], problem: Problem) -> Candidate:
    """The best that predicts within ``max_predict_ms``, or else the quickest."""
    limit = problem.spec.max_predict_ms
    if limit is None:
        return pool[0]
    within = [one for one in pool if one.predict_ms <= limit]
    return within[0] if within else min(pool, key=lambda one: one.predict_ms)
