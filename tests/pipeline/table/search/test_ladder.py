import numpy as np
import pytest

from pipeline.table.search.ladder import make_ladder
from pipeline.table.split import folds

SIZES = [100, 500, 2_000, 8_000, 20_000]


def ladder(rows, *, is_hurried=False):
    target = np.random.default_rng(0).normal(size=rows)

    def make(count, repetition):
        return list(folds(target, is_classes=False, seed=repetition, count=count))

    return make_ladder(rows, make, seed=0, is_hurried=is_hurried)


@pytest.mark.parametrize("rows", SIZES)
def test_no_fold_is_fitted_on_a_row_that_it_judges(rows):
    for fold in ladder(rows).folds:
        assert len(fold.judge) > 0
        assert not set(fold.fit) & set(fold.judge)


@pytest.mark.parametrize("rows", SIZES)
def test_higher_rungs_judge_by_no_fewer_rows(rows):
    made = ladder(rows)
    judged = [sum(len(made.folds[fold].judge) for fold in rung) for rung in made.rungs]
    assert judged == sorted(judged)
    assert made.top == len(made.rungs) - 1 > 0


def test_a_small_table_is_compared_on_folds_that_stop_nothing_early():
    made = ladder(500)
    assert all(made.folds[fold].stops_early for fold in made.rungs[0])
    assert not any(made.folds[fold].stops_early for rung in made.rungs[1:] for fold in rung)


def test_a_small_table_is_soon_judged_by_folds_that_stop_nothing_early():
    assert ladder(500).first_fair == 1
    assert ladder(500, is_hurried=True).first_fair == 2
    assert ladder(8_000).first_fair == 0


def test_a_large_table_starts_with_a_sample():
    made = ladder(20_000)
    for sample, whole in zip(made.rungs[0], made.rungs[1], strict=True):
        assert len(made.folds[sample].fit) < 0.3 * len(made.folds[whole].fit)
        np.testing.assert_array_equal(made.folds[sample].judge, made.folds[whole].judge)


def test_a_vast_table_is_judged_by_one_fold_then_by_two():
    made = ladder(20_000)
    assert [len(rung) for rung in made.rungs] == [1, 1, 2]
    assert made.most_rows == 16_000


def test_the_most_rows_are_those_of_whole_folds_whatever_the_first_rung_is():
    assert ladder(16_000).most_rows == 12_800
    assert len(ladder(16_000).folds[0].fit) < 12_800


def test_a_split_that_chance_has_no_part_in_is_not_repeated():
    halves = [(np.arange(250), np.arange(250, 500))]
    made = make_ladder(500, lambda count, repetition: halves, seed=0)
    assert len(made.folds) == 2
