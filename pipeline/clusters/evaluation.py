"""The evaluation phase: the final model, how good its clusters are, and what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.clusters.agreement import agreement_with
from pipeline.clusters.clarity import Clarity, judge_clarity
from pipeline.clusters.criteria import Judge
from pipeline.clusters.explanation import candidates_as_data, explain_clusters
from pipeline.clusters.finals import Finalist
from pipeline.clusters.inputs import Inputs, Prepared
from pipeline.clusters.leaderboard import leaderboard, name_finalists, predict_milliseconds
from pipeline.clusters.model import NONE, ClusterModel, named
from pipeline.clusters.search import Candidate
from pipeline.table.phases import PhaseReporter, TablePhase
from pipeline.table.result import LeaderboardEntry, Metrics
from pipeline.table.spec import TableSpec

_PHASE = TablePhase.EVALUATION


@dataclass(frozen=True, slots=True)
class Found:
    """All that a run has found out before it is evaluated; ``finalists`` has the winner first."""

    inputs: Inputs
    prepared: Prepared
    judge: Judge
    candidates: tuple[Candidate, ...]
    finalists: tuple[Finalist, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """The final model with everything that is said of it."""

    model: ClusterModel
    chosen: Finalist
    metrics: Metrics
    explanation: Mapping[str, Any]
    leaderboard: tuple[LeaderboardEntry, ...]
    notes: tuple[str, ...]


def evaluate(found: Found, spec: TableSpec, reporter: PhaseReporter) -> Evaluated:
    """Make the final model and describe its clusters."""
    prepared = found.prepared
    finalists = name_finalists(found.finalists)
    partitions = {
        name: named(one.candidate.fit.partition, prepared.points) for name, one in finalists.items()
    }
    model = ClusterModel(prepared.space, partitions, next(iter(finalists)))
    latencies = {name: predict_milliseconds(model, prepared.encoded, name) for name in finalists}
    model.chosen = _quick_enough(latencies, spec.max_predict_ms)
    chosen = finalists[model.chosen]
    reporter.report(_PHASE, 0.2, "Assigning the rows to their clusters")
    labels = partitions[model.chosen].assign(prepared.points)
    reporter.report(_PHASE, 0.5, "Checking whether the clusters are clear")
    clarity = judge_clarity(chosen, prepared.space, prepared.encoded, spec.seed)
    reporter.report(_PHASE, 0.7, "Describing the clusters")
    frame = found.inputs.frame.iloc[prepared.rows]
    explanation = explain_clusters(model, prepared, frame, labels, clarity, found.judge)
    others = [
        one for one in found.candidates if all(one is not f.candidate for f in found.finalists)
    ]
    return Evaluated(
        model=model,
        chosen=chosen,
        metrics=_metrics(found, chosen, model, labels),
        explanation={
            **explanation,
            "candidates": candidates_as_data(found.candidates, found.finalists),
        },
        leaderboard=leaderboard(finalists, model, latencies, others, spec.metric),
        notes=_notes(chosen, clarity, latencies[model.chosen], spec),
    )


def _quick_enough(latencies: Mapping[str, float], most: float | None) -> str:
    """The best candidate that answers within ``most`` milliseconds, or else the quickest."""
    quick = [name for name, needed in latencies.items() if most is None or needed <= most]
    return quick[0] if quick else min(latencies, key=lambda name: latencies[name])


def _metrics(
    found: Found, chosen: Finalist, model: ClusterModel, labels: npt.NDArray[np.int64]
) -> Metrics:
    criteria = chosen.candidate.criteria
    target = found.inputs.target
    compared = {} if target is None else agreement_with(target.iloc[found.prepared.rows], labels)
    names = model.classes_of()
    outside = float((labels == names.index(NONE)).mean()) if NONE in names else 0.0
    return {
        "algorithm": chosen.candidate.algorithm,
        "train_accuracy": round(chosen.train_stability, 4),
        "test_accuracy": round(chosen.stability, 4),
        "clusters": chosen.candidate.clusters,
        "silhouette": round(criteria.silhouette, 4),
        "calinski_harabasz": round(criteria.calinski_harabasz, 4),
        "davies_bouldin": round(criteria.davies_bouldin, 4),
        "share_without_cluster": round(outside, 4),
        **compared,
    }


def _notes(chosen: Finalist, clarity: Clarity, latency: float, spec: TableSpec) -> tuple[str, ...]:
    found = []
    if not clarity.is_clear:
        found.append(
            f"The table shows no clear clusters: {clarity.reason}. The "
            f"{chosen.candidate.clusters} clusters of the model divide one cloud of rows into parts"
        )
    if spec.max_predict_ms is not None and latency > spec.max_predict_ms:
        found.append(
            f"No clustering answers within {spec.max_predict_ms:g} ms; the quickest needs "
            f"{latency:g} ms"
        )
    return tuple(found)
