"""What is done to predictions before they are an answer: temperature, factors, intervals."""

import numpy as np
import pytest

from pipeline.table.scores import METRICS, log_loss
from pipeline.table.search.calibration import fit_temperature, tempered
from pipeline.table.search.decision import fit_factors
from pipeline.table.search.interval import INTERVAL_LEVEL, Interval


def drawn(rows, sharpness, seed=0):
    """Classes drawn by probabilities, and these probabilities made ``sharpness`` times sharper."""
    random = np.random.default_rng(seed)
    truth = random.dirichlet([1.0, 1.0, 1.0], rows)
    target = (truth.cumsum(axis=1) > random.random((rows, 1))).argmax(axis=1)
    return target, tempered(truth, 1 / sharpness)


def test_overconfident_probabilities_become_softer_and_better():
    target, told = drawn(3_000, sharpness=3.0)
    temperature = fit_temperature(target, told, np.arange(len(target)), seed=0)
    assert temperature == pytest.approx(3.0, rel=0.25)
    assert log_loss(target, tempered(told, temperature)) < log_loss(target, told)


def test_right_probabilities_stay_as_they_are():
    target, told = drawn(3_000, sharpness=1.0)
    assert fit_temperature(target, told, np.arange(len(target)), seed=0) == pytest.approx(
        1.0, abs=0.06
    )


def test_few_rows_say_nothing_about_the_temperature():
    target, told = drawn(30, sharpness=3.0)
    assert fit_temperature(target, told, np.arange(len(target)), seed=0) == 1.0


def test_the_more_rows_speak_for_a_temperature_the_more_they_are_believed():
    found = []
    for rows in (150, 3_000):
        target, told = drawn(rows, sharpness=3.0)
        found.append(fit_temperature(target, told, np.arange(rows), seed=0))
    assert 1.0 < found[0] < found[1]


def test_rows_that_were_predicted_twice_count_once():
    target, told = drawn(150, sharpness=3.0)
    once = fit_temperature(target, told, np.arange(150), seed=0)
    rows = np.tile(np.arange(150), 2)
    twice = fit_temperature(np.tile(target, 2), np.tile(told, (2, 1)), rows, seed=0)
    assert twice == pytest.approx(once)


def test_a_temperature_keeps_sums_and_order():
    _, told = drawn(100, sharpness=1.0)
    softer = tempered(told, 2.0)
    np.testing.assert_allclose(softer.sum(axis=1), 1.0)
    np.testing.assert_array_equal(softer.argsort(axis=1), told.argsort(axis=1))


def test_a_rare_class_is_named_sooner_for_balanced_accuracy():
    random = np.random.default_rng(0)
    target = (random.random(2_000) < 0.1).astype(np.int64)
    share = np.clip(0.1 + 0.2 * target + random.normal(scale=0.08, size=2_000), 0.01, 0.99)
    told = np.column_stack([1 - share, share])
    metric = METRICS["classification"]["balanced_accuracy"]
    factors = fit_factors(target, told, metric, seed=0)
    assert factors[1] > factors[0]
    assert metric.loss(target, told * factors) < metric.loss(target, told) - 0.2


def test_log_loss_needs_no_factors():
    target, told = drawn(500, sharpness=1.0)
    assert fit_factors(target, told, METRICS["classification"]["log_loss"], seed=0) is None


def test_an_interval_holds_new_amounts_as_often_as_it_says_at_every_height():
    random = np.random.default_rng(0)

    def rows(count):
        predicted = random.uniform(1, 100, count)
        return predicted + random.normal(size=count) * predicted / 5, predicted

    actual, predicted = rows(4_000)
    interval = Interval.fit(actual, predicted, np.arange(len(actual)))
    new, told = rows(4_000)
    lower, upper = interval.around(told)
    inside = (lower <= new) & (new <= upper)
    assert inside.mean() == pytest.approx(INTERVAL_LEVEL, abs=0.02)
    assert inside[told < 20].mean() == pytest.approx(INTERVAL_LEVEL, abs=0.06)
    assert (upper - lower)[told > 80].mean() > 3 * (upper - lower)[told < 20].mean()


@pytest.mark.parametrize("rows", [1, 2, 20])
def test_an_interval_of_few_rows_holds_them_all(rows):
    actual = np.arange(float(rows))
    predicted = actual[::-1] + 0.5
    lower, upper = Interval.fit(actual, predicted, np.arange(rows)).around(predicted)
    assert ((lower <= actual) & (actual <= upper)).mean() >= INTERVAL_LEVEL


@pytest.mark.parametrize("rows", [20, 60, 150])
def test_intervals_of_few_rows_hold_what_they_promise_of_new_ones(rows):
    random = np.random.default_rng(2)
    inside = []
    for _ in range(400):
        errors = random.standard_t(4, rows)
        interval = Interval.fit(errors, np.zeros(rows), np.arange(rows))
        lower, upper = interval.around(np.zeros(1))
        new = random.standard_t(4, 200)
        inside.append(((lower <= new) & (new <= upper)).mean())
    assert INTERVAL_LEVEL - 0.01 <= np.mean(inside) <= INTERVAL_LEVEL + 1 / rows


def test_the_sides_of_an_interval_differ_as_many_rows_show():
    errors = np.random.default_rng(3).exponential(size=5_000) - 1
    lower, upper = Interval.fit(errors, np.zeros(5_000), np.arange(5_000)).around(np.zeros(1))
    assert lower[0] == pytest.approx(np.quantile(errors, 0.05), abs=0.1)
    assert upper[0] == pytest.approx(np.quantile(errors, 0.95), abs=0.1)


def test_a_row_that_comes_twice_counts_once():
    errors = np.random.default_rng(4).normal(size=25)
    once = Interval.fit(errors, np.zeros(25), np.arange(25))
    twice = Interval.fit(np.tile(errors, 2), np.zeros(50), np.tile(np.arange(25), 2))
    assert (once.lower, once.upper) == pytest.approx((twice.lower, twice.upper))


def test_perfect_predictions_have_the_narrowest_interval():
    amounts = np.arange(50.0)
    lower, upper = Interval.fit(amounts, amounts, np.arange(50)).around(amounts)
    np.testing.assert_allclose(lower, amounts)
    np.testing.assert_allclose(upper, amounts)
