"""The candidates of a clustering as entries of a leaderboard."""

import pickle
import time
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from pipeline.clusters.finals import Finalist
from pipeline.clusters.model import ClusterModel
from pipeline.clusters.search import Candidate
from pipeline.table.encoding.encoded import Encoded
from pipeline.table.result import LeaderboardEntry

_TIMED = 5


def name_finalists(finalists: Sequence[Finalist]) -> dict[str, Finalist]:
    """Each under a name of its own, such as ``kmeans_4``, in their order."""
    named: dict[str, Finalist] = {}
    for finalist in finalists:
        base = f"{finalist.candidate.algorithm}_{finalist.candidate.clusters}"
        taken = sum(name == base or name.startswith(f"{base}_") for name in named)
        named[f"{base}_{taken + 1}" if taken else base] = finalist
    return named


def predict_milliseconds(model: ClusterModel, encoded: Encoded, candidate: str) -> float:
    """The median time of finding the cluster of one row."""
    row = encoded.take(slice(0, 1))
    seconds = []
    for _ in range(_TIMED):
        before = time.perf_counter()
        model.answer(row, None, pd.RangeIndex(1), candidate)
        seconds.append(time.perf_counter() - before)
    return round(float(np.median(seconds)) * 1000.0, 3)


def leaderboard(
    finalists: Mapping[str, Finalist],
    model: ClusterModel,
    latencies: Mapping[str, float],
    others: Sequence[Candidate],
    metric: str | None,
) -> tuple[LeaderboardEntry, ...]:
    """The finalists, which the model holds, and after them what was tried once."""
    first = [
        _finalist(name, one, model, latencies.get(name), metric) for name, one in finalists.items()
    ]
    rest = [_other(place, one) for place, one in enumerate(others, start=len(first) + 1)]
    return (*first, *rest)


def _finalist(
    name: str,
    finalist: Finalist,
    model: ClusterModel,
    latency: float | None,
    metric: str | None,
) -> LeaderboardEntry:
    spread = [one.test for one in finalist.agreements]
    return LeaderboardEntry(
        algorithm=finalist.candidate.algorithm,
        candidate=name,
        score=round(finalist.value(metric), 4),
        score_std=round(float(np.std(spread)), 4),
        fit_seconds=round(finalist.candidate.seconds, 3),
        hyperparameters=dict(finalist.candidate.fit.parameters),
        size_bytes=len(pickle.dumps(model.partitions[name])),
        predict_ms=latency,
        weight=1.0 if name == model.chosen else 0.0,
        is_available=True,
        is_chosen=name == model.chosen,
    )


def _other(place: int, candidate: Candidate) -> LeaderboardEntry:
    return LeaderboardEntry(
        algorithm=candidate.algorithm,
        candidate=f"{candidate.algorithm}_{candidate.clusters}_place_{place}",
        score=None,
        score_std=None,
        fit_seconds=round(candidate.seconds, 3),
        hyperparameters=dict(candidate.fit.parameters),
        failure=f"not among the best that were fitted again: {candidate.score:.2f} by rank",
    )
