import numpy as np
import pytest

from pipeline.table.spec import TableSpec
from pipeline.table.split import folds, sample_rows, split_rows
from pipeline.table.target import Target

CLASSES = np.array([0] * 60 + [1] * 38 + [2] * 2)


def test_the_split_is_stratified_complete_and_repeatable():
    target = Target(CLASSES, np.ones(100, dtype=bool), ("a", "b", "c"), ())
    spec = TableSpec(ml_task="classification", target_variable="y", test_size=0.3, seed=5)
    train, test = split_rows(target, spec)
    assert sorted([*train, *test]) == list(range(100))
    assert np.bincount(CLASSES[test])[:2].tolist() == [18, 11]
    np.testing.assert_array_equal(train, split_rows(target, spec)[0])


@pytest.mark.parametrize(
    "target", [CLASSES, np.array([0, 0, 0, 1, 1, 1, 1, 2, 2] * 2), np.repeat(np.arange(12), 2)]
)
def test_every_fold_fits_on_every_class_and_never_on_a_row_it_judges(target):
    for fit, judge in folds(target, is_classes=True, seed=0):
        assert set(target[fit]) == set(target)
        assert len(judge) > 0
        assert not set(fit) & set(judge)


def test_folds_of_amounts_judge_each_row_once():
    judged = [row for _, judge in folds(np.arange(50.0), is_classes=False, seed=0) for row in judge]
    assert sorted(judged) == list(range(50))


def test_a_sample_keeps_members_of_every_class():
    rows = sample_rows(CLASSES, 20, is_classes=True, seed=1)
    assert set(CLASSES[rows]) == {0, 1, 2}
    assert len(rows) <= 26


def test_a_small_table_is_its_own_sample():
    assert sample_rows(CLASSES, 100, is_classes=True, seed=1).tolist() == list(range(100))
