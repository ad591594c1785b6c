"""The clustering that is stored, and its answers for new rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.clusters.partitions import NO_CLUSTER, Partition
from pipeline.clusters.space import Space
from pipeline.errors import InvalidParameterError
from pipeline.table.encoding.encoded import Encoded

Array = npt.NDArray[Any]

NONE = "none"
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class NamedPartition:
    """A partition whose clusters are called by their rank in size: ``places`` has for each of its
    clusters the position of its name."""

    partition: Partition
    places: npt.NDArray[np.int64]

    @property
    def names(self) -> tuple[str, ...]:
        """``cluster 1`` is the largest; ``none`` is last, where rows can belong to no cluster."""
        names = tuple(f"cluster {rank + 1}" for rank in range(len(self.places)))
        return (*names, NONE) if self.partition.leaves_rows_out else names

    def assign(self, points: Array) -> npt.NDArray[np.int64]:
        """The position of the name of the cluster of each point."""
        labels = self.partition.assign(points)
        return np.where(labels == NO_CLUSTER, len(self.places), self.places[labels])

    def memberships(self, points: Array) -> Array:
        """Shape (points, names); each row sums to 1."""
        shares = np.empty((len(points), len(self.places)))
        shares[:, self.places] = self.partition.memberships(points)
        if not self.partition.leaves_rows_out:
            return shares
        return np.column_stack([shares, 1.0 - shares.sum(axis=1)])


def named(partition: Partition, points: Array) -> NamedPartition:
    """``partition`` with its clusters in the order of how many of ``points`` they have."""
    labels = partition.assign(points)
    sizes = np.bincount(labels[labels != NO_CLUSTER], minlength=partition.clusters)
    places = np.empty(partition.clusters, dtype=np.int64)
    places[np.argsort(-sizes, kind="stable")] = np.arange(partition.clusters)
    return NamedPartition(partition, places)


class ClusterModel:
    """Finds the cluster of any encoded row, by the chosen candidate or by another one.

    Parameters
    ----------
    space
        Turns encoded rows into points.
    partitions
        By the name of the candidate.
    chosen
        The candidate that answers unless another one is asked for.
    """

    def __init__(self, space: Space, partitions: Mapping[str, NamedPartition], chosen: str) -> None:
        self.space = space
        self.partitions = dict(partitions)
        self.chosen = chosen

    def classes_of(self, candidate: str | None = None) -> tuple[str, ...]:
        """The names of its clusters."""
        return self._partition(candidate).names

    def answer(
        self,
        encoded: Encoded,
        classes: Sequence[str] | None,  # noqa: ARG002 - each candidate has clusters of its own
        index: pd.Index,
        candidate: str | None = None,
    ) -> pd.DataFrame:
        """The name of each row's cluster as ``prediction``, and how surely it belongs to each
        cluster as ``probability_<name>``; rounded, so that chunks change nothing.

        Raises
        ------
        InvalidParameterError
            If there is no such candidate.
        """
        partition = self._partition(candidate)
        points = self.space.transform(encoded)
        names = np.array(partition.names, dtype=object)
        if len(points) == 0:
            shares, labels = np.empty((0, len(names))), np.empty(0, dtype=np.int64)
        else:
            shares, labels = partition.memberships(points), partition.assign(points)
        answered = pd.DataFrame({"prediction": names[labels]}, index=index)
        for place, name in enumerate(names):
            answered[f"probability_{name}"] = shares[:, place].round(_DECIMALS)
        return answered

    def _partition(self, candidate: str | None) -> NamedPartition:
        name = candidate or self.chosen
        if name not in self.partitions:
            raise InvalidParameterError(
                f"The model holds no candidate '{name}'; accepted: {', '.join(self.partitions)}"
            )
        return self.partitions[name]
