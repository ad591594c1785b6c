"""Clusters as data that a page can draw."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.clusters.clarity import Clarity
from pipeline.clusters.criteria import Judge
from pipeline.clusters.finals import Finalist
from pipeline.clusters.inputs import Prepared
from pipeline.clusters.model import NONE, ClusterModel
from pipeline.clusters.partitions import NO_CLUSTER
from pipeline.clusters.profiles import Profile, profile_columns
from pipeline.clusters.search import Candidate
from pipeline.clusters.words import in_words

_PROJECTED_ROWS = 1_000
_MOST_COLUMNS = 100
_DECIMALS = 4
_ESTIMATED_DIGITS = 3


def explain_clusters(
    model: ClusterModel,
    prepared: Prepared,
    frame: pd.DataFrame,
    labels: npt.NDArray[np.int64],
    clarity: Clarity,
    judge: Judge,
) -> dict[str, Any]:
    """The clusters of the described rows.

    Parameters
    ----------
    frame, labels
        The described rows as they were sent, and the position of the name of each one's cluster.
    judge
        Holds the rows that silhouettes are measured on, the first of the described ones.
    """
    names = model.classes_of()
    profiles = profile_columns(frame, prepared.plan.kinds, labels, len(names))
    silhouettes = _silhouettes(judge, labels, names)
    sizes = np.bincount(labels, minlength=len(names))
    return {
        "are_clear": clarity.is_clear,
        "clarity": clarity.reason,
        "clusters": [
            _cluster(
                name, place, sizes[place] / len(labels), prepared, profiles, silhouettes[place]
            )
            for place, name in enumerate(names)
            if sizes[place] or name != NONE
        ],
        "separating_columns": [
            {"column": one.column, "strength": round(one.strength, _DECIMALS)} for one in profiles
        ],
        "column_weights": prepared.space.column_weights,
        "projection": _projection(prepared, labels, names),
    }


def candidates_as_data(
    candidates: Sequence[Candidate], finalists: Sequence[Finalist]
) -> list[dict[str, Any]]:
    """Every candidate with all criteria, by algorithm and number of clusters: the curves by which
    the number was chosen."""
    stability = {id(one.candidate): one.stability for one in finalists}
    ordered = sorted(candidates, key=lambda one: (one.algorithm, one.clusters))
    return [
        {
            "algorithm": one.algorithm,
            "clusters": one.clusters,
            "score": round(one.score, _DECIMALS),
            "stability": _rounded(stability.get(id(one))),
            **{name: _rounded(value) for name, value in one.criteria.as_dict().items()},
        }
        for one in ordered
    ]


def _cluster(
    name: str,
    place: int,
    share: float,
    prepared: Prepared,
    profiles: Sequence[Profile],
    silhouette: float | None,
) -> dict[str, Any]:
    is_estimated = len(prepared.rows) < prepared.table_rows
    rows = round(share * prepared.table_rows)
    if is_estimated:
        rows = int(float(f"{rows:.{_ESTIMATED_DIGITS}g}"))
    return {
        "name": name,
        "rows": rows,
        "rows_are_estimated": is_estimated,
        "share": round(share, _DECIMALS),
        "silhouette": _rounded(silhouette),
        "words": in_words(place, rows, share, profiles, is_estimated=is_estimated),
        "centre": {one.column: one.centre(place) for one in profiles[:_MOST_COLUMNS]},
    }


def _silhouettes(
    judge: Judge, labels: npt.NDArray[np.int64], names: Sequence[str]
) -> list[float | None]:
    own = labels[: len(judge.points)]
    is_none = np.array([name == NONE for name in names])[own]
    measured = judge.silhouettes(np.where(is_none, NO_CLUSTER, own))
    places = range(len(names))
    return [
        float(measured[own == place].mean())
        if names[place] != NONE and (own == place).any()
        else None
        for place in places
    ]


def _projection(
    prepared: Prepared, labels: npt.NDArray[np.int64], names: Sequence[str]
) -> dict[str, Any]:
    """The two directions in which the rows differ most; row numbers count from 0."""
    points = prepared.points[:_PROJECTED_ROWS, :2]
    flat = np.zeros((len(points), 2))
    flat[:, : points.shape[1]] = points
    return {
        "method": "principal components",
        "explained": prepared.space.explained(2),
        "points": [
            {
                "row": int(row),
                "x": round(float(x), _DECIMALS),
                "y": round(float(y), _DECIMALS),
                "cluster": names[label],
            }
            for row, (x, y), label in zip(prepared.rows[: len(flat)], flat, labels, strict=False)
        ],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), _DECIMALS)
