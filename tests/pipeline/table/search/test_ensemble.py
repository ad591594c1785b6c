import numpy as np
import pytest

from pipeline.table.scores import METRICS
from pipeline.table.search.ensemble import Pool, blend, choose_weights

ROWS = 600
LOG_LOSS = METRICS["classification"]["log_loss"]
RMSE = METRICS["regression"]["rmse"]


def noisy_amounts(spreads, seed=0):
    """Amounts, and predictions whose independent errors have these spreads."""
    random = np.random.default_rng(seed)
    target = random.normal(size=ROWS)
    return target, [target + random.normal(scale=spread, size=ROWS) for spread in spreads]


def pool(predictions, target, metric=RMSE, costs=None, limit=1e9, peers=(), rows=None):
    costs = np.ones(len(predictions)) if costs is None else np.array(costs)
    return Pool(
        predictions=predictions,
        target=target,
        rows=np.arange(len(target)) if rows is None else rows,
        metric=metric,
        costs=costs[:, None],
        limits=np.array([limit]),
        peers=peers,
    )


def test_independent_errors_are_averaged_away():
    target, predictions = noisy_amounts([0.5, 0.5, 0.5, 0.5])
    made = pool(predictions, target)
    weights = choose_weights(made, seed=0).weights
    assert weights.sum() == pytest.approx(1.0)
    assert (weights > 0.1).all()
    assert made.loss(weights) < 0.6 * min(RMSE.loss(target, one) for one in predictions)


def test_what_does_not_help_has_no_weight():
    target, predictions = noisy_amounts([0.1, 5.0, 5.0])
    assert choose_weights(pool(predictions, target), seed=0).weights.tolist() == [1.0, 0.0, 0.0]


def test_copies_of_one_candidate_gain_nothing_over_it():
    target, (one,) = noisy_amounts([0.5])
    weights = choose_weights(pool([one, one], target), seed=0).weights
    np.testing.assert_allclose(blend([one, one], weights), one)


def test_members_keep_to_the_limit_together():
    target, predictions = noisy_amounts([0.5, 0.5, 0.5, 0.5])
    weights = choose_weights(
        pool(predictions, target, costs=[5, 5, 5, 5], limit=11), seed=0
    ).weights
    assert (weights > 0).sum() == 2


def test_the_cheapest_answers_where_nothing_keeps_to_the_limit():
    target, predictions = noisy_amounts([0.1, 0.9])
    weights = choose_weights(pool(predictions, target, costs=[50, 20], limit=1), seed=0).weights
    assert weights.tolist() == [0.0, 1.0]


def test_peers_share_a_part_of_the_weight_and_more_of_it_on_few_rows():
    target, predictions = noisy_amounts([0.4, 0.5, 0.6])
    shares = []
    for rows in (60, 600):
        few = [one[:rows] for one in predictions]
        weights = choose_weights(pool(few, target[:rows], peers=(0, 1, 2)), seed=0).weights
        shares.append(weights.std())
    assert shares[0] < shares[1]


def test_probabilities_are_blended_by_their_log_loss():
    random = np.random.default_rng(1)
    target = random.integers(0, 3, ROWS)
    truth = np.eye(3)[target]
    noise = [random.dirichlet([1, 1, 1], ROWS) for _ in range(3)]
    predictions = [0.4 * truth + 0.6 * one for one in noise]
    made = pool(predictions, target, LOG_LOSS)
    weights = choose_weights(made, seed=0).weights
    assert made.loss(weights) < min(LOG_LOSS.loss(target, one) for one in predictions)


@pytest.mark.parametrize("name", ["accuracy", "roc_auc", "f1_macro", "balanced_accuracy"])
def test_every_metric_of_classes_can_choose(name):
    random = np.random.default_rng(2)
    target = random.integers(0, 2, ROWS)
    shares = np.clip([target + random.normal(scale=0.7, size=ROWS) for _ in range(3)], 0, 1)
    predictions = [np.column_stack([1 - one, one]) for one in shares]
    metric = METRICS["classification"][name]
    made = pool(predictions, target, metric)
    weights = choose_weights(made, seed=0).weights
    assert made.loss(weights) <= min(metric.loss(target, one) for one in predictions)


def test_the_same_seed_gives_the_same_weights():
    target, predictions = noisy_amounts([0.5, 0.6, 0.7])
    first, second = (choose_weights(pool(predictions, target), seed=3).weights for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_many_candidates_of_chance_seem_better_than_they_are_but_not_to_unseen_rows():
    random = np.random.default_rng(4)
    target = random.normal(size=60)
    predictions = [random.normal(scale=0.5, size=60) for _ in range(40)]
    made = pool(predictions, target)
    found = choose_weights(made, seed=0)
    new = np.sqrt(target.var() + 0.25 * np.square(found.weights).sum())
    assert made.loss(found.weights) < 0.95 * new
    assert RMSE.loss(target, found.unseen) > 0.97 * new


def test_a_row_that_comes_several_times_is_unseen_with_all_its_copies():
    """One candidate per row knows that row alone: whoever sees a copy chooses it."""
    target = np.tile(np.arange(10.0), 2)
    predictions = [np.where(target == row, target, -target) for row in range(10)]
    rows = np.tile(np.arange(10), 2)
    found = choose_weights(pool(predictions, target, rows=rows), seed=0)
    np.testing.assert_array_less(
        0.5 * target[target > 0], np.abs(target - found.unseen)[target > 0]
    )


def test_one_candidate_is_its_own_unseen_prediction():
    target, (one,) = noisy_amounts([0.5])
    np.testing.assert_array_equal(choose_weights(pool([one], target), seed=0).unseen, one)
