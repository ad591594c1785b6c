"""What is measured of a clustering, against slow or known answers."""

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.metrics import silhouette_samples

from pipeline.clusters.algorithms import CLUSTERERS
from pipeline.clusters.criteria import Judge, combine
from pipeline.clusters.partitions import NO_CLUSTER, CentrePartition, DensePartition
from pipeline.clusters.search import sizes_to_try
from pipeline.clusters.valleys import separated_share

POINTS, GROUP = make_blobs(400, 2, centers=[(0, 0), (8, 0), (0, 8)], random_state=0)


def test_silhouettes_are_those_of_scikit_learn() -> None:
    expected = silhouette_samples(POINTS, GROUP)
    assert np.allclose(Judge(POINTS).silhouettes(GROUP), expected)


def test_the_true_groups_score_best() -> None:
    judge = Judge(POINTS)
    random = np.random.default_rng(0)
    halves = (GROUP > 0).astype(int)
    pieces = np.where(GROUP == 0, random.integers(3, 5, len(GROUP)), GROUP)
    measured = [judge.measure(labels) for labels in (halves, GROUP, pieces)]
    scores = combine([one for one in measured if one is not None])
    assert len(scores) == 3
    assert int(np.argmax(scores)) == 1


def test_one_cluster_cannot_be_measured() -> None:
    judge = Judge(POINTS)
    assert judge.measure(np.zeros(len(POINTS), dtype=int)) is None
    assert judge.measure(np.full(len(POINTS), NO_CLUSTER)) is None


def test_rows_without_cluster_cost_score() -> None:
    judge = Judge(POINTS)
    labels = GROUP.copy()
    labels[:40] = NO_CLUSTER
    full, partial = judge.measure(GROUP), judge.measure(labels)
    assert full is not None
    assert partial is not None
    assert partial.coverage == 0.9
    scores = combine([full, partial])
    assert scores[0] > scores[1]


def test_groups_have_valleys_between_them_and_a_cut_cloud_has_none() -> None:
    axes = np.eye(2)
    centres = np.array([POINTS[one == GROUP].mean(axis=0) for one in range(3)])
    groups = CentrePartition(centres, 1.0)
    assert separated_share(groups, POINTS[::2], POINTS[1::2], axes) == 1.0
    cloud = np.random.default_rng(0).normal(size=(1_000, 2))
    (cut,) = CLUSTERERS["kmeans"].fits(cloud[::2], [{"clusters": 3}], 0)
    assert separated_share(cut.partition, cloud[::2], cloud[1::2], axes) == 0.0


@pytest.mark.parametrize("name", CLUSTERERS)
def test_sureness_goes_with_the_cluster(name: str) -> None:
    clusterer = CLUSTERERS[name]
    fits = list(clusterer.fits(POINTS, clusterer.grid([3]), 0))
    assert fits
    for fit in fits:
        shares = fit.partition.memberships(POINTS)
        labels = fit.partition.assign(POINTS)
        inside = labels != NO_CLUSTER
        assert (shares[inside].argmax(axis=1) == labels[inside]).all()
        assert np.allclose(shares.sum(axis=1), inside)


def test_a_row_far_from_every_dense_cluster_has_none() -> None:
    partition = DensePartition(POINTS, GROUP)
    found = partition.assign(np.vstack([POINTS[:1], [[1e6, 1e6]]]))
    assert found.tolist() == [GROUP[0], NO_CLUSTER]


@pytest.mark.parametrize(
    ("rows", "distinct", "expected"), [(10, 10, 2), (10, 3, 2), (200, 200, 10), (10_000, 900, 15)]
)
def test_numbers_of_clusters_fit_the_rows(rows: int, distinct: int, expected: int) -> None:
    assert sizes_to_try(rows, distinct)[-1] == expected
