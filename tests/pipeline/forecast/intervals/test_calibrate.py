"""Quantiles and intervals from errors."""

import numpy as np
import pytest

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.intervals.calibrate import QUANTILES, Calibration, Errors, calibrate
from pipeline.forecast.intervals.growth import usual_rate

STEPS = np.ones(4000, dtype=np.int64)


def normal_errors(seed: int, rows: int = 400, noise: float = 5.0) -> Errors:
    predicted = np.full(rows, 100.0)
    return Errors(predicted, predicted + np.random.default_rng(seed).normal(0, noise, rows))


def skewed_errors(seed: int, rows: int = 4000) -> Errors:
    predicted = np.full(rows, 100.0)
    return Errors(predicted, predicted + np.random.default_rng(seed).exponential(20, rows) - 20)


@pytest.mark.parametrize("width", [0.5, 0.8, 0.95])
def test_intervals_cover_what_they_promise(width: float) -> None:
    made = calibrate([normal_errors(1, rows=4000)], level=100.0, interval_width=width)
    new = normal_errors(2, rows=4000)

    lower, upper = made.interval(new.predicted, STEPS)

    assert np.mean((new.actual >= lower) & (new.actual <= upper)) == pytest.approx(width, abs=0.03)


def test_every_quantile_is_where_it_promises_to_be() -> None:
    made = calibrate([skewed_errors(seed, rows=200) for seed in range(40)], level=100.0)
    new = skewed_errors(40)

    quantiles = made.quantiles(new.predicted, np.tile(np.arange(1, 201), 20))

    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert np.mean(new.actual[:, None] <= quantiles, axis=0) == pytest.approx(QUANTILES, abs=0.03)


def test_the_sides_of_an_interval_differ_where_errors_are_skewed() -> None:
    made = calibrate([skewed_errors(1)], level=100.0)

    lower, upper = made.interval(np.array([100.0]), np.array([1]))

    assert upper[0] - 100 > 1.5 * (100 - lower[0])


def test_levels_are_answered_in_the_order_of_the_question() -> None:
    made = calibrate([normal_errors(1)], level=100.0)
    one, steps = np.array([100.0]), np.array([1])

    asked = made.quantiles(one, steps, (0.9, 0.1, 0.5))

    assert asked[0, 1] < asked[0, 2] < asked[0, 0]
    assert asked[0, 0] == made.quantiles(one, steps, (0.9,))[0, 0]


@pytest.mark.parametrize("is_count", [False, True])
@pytest.mark.parametrize("width", [0.5, 0.8, 0.95])
def test_an_outlook_is_the_point_and_what_lies_around_it(width: float, is_count: bool) -> None:
    sold = np.random.default_rng(0).poisson(3, 300).astype(float)
    errors = [Errors(np.full(100, 3.0), part) for part in np.split(sold, 3)]
    made = calibrate(errors, level=3.0, interval_width=width, is_count=is_count)
    asked = np.linspace(0, 9, 40), np.arange(1, 41)

    outlook = made.outlook(*asked, QUANTILES)
    tails = (1 - width) / 2, (1 + width) / 2

    assert np.array_equal(outlook.point, made.point(*asked))
    lower, upper = made.quantiles(*asked, tails).T
    assert np.array_equal(outlook.lower, np.minimum(lower, outlook.point))
    assert np.array_equal(outlook.upper, np.maximum(upper, outlook.point))
    assert np.array_equal(outlook.quantiles, made.quantiles(*asked))


def test_of_rare_sales_the_median_is_told_and_of_even_ones_what_is_expected() -> None:
    sold = np.random.default_rng(0).poisson(0.3, 400).astype(float)
    rare = calibrate([Errors(np.full(400, 0.3), sold)], level=0.3, is_count=True)
    even = calibrate([normal_errors(1)], level=100.0)
    one, steps = np.array([0.3]), np.array([1])

    assert rare.point(one, steps).tolist() == [0.0]
    assert even.point(np.array([99.3]), steps).tolist() == [99.3]
    assert (rare.tells_median, even.tells_median) == (True, False)


def test_nothing_but_the_median_hangs_on_whether_it_may_be_told() -> None:
    sold = np.random.default_rng(0).poisson(0.3, 400).astype(float)
    errors = [Errors(np.full(400, 0.3), sold)]

    told = calibrate(errors, level=0.3, is_count=True)
    untold = calibrate(errors, level=0.3, is_count=True, may_tell_median=False)

    one, steps = np.array([0.3]), np.array([1])
    assert not untold.tells_median
    assert np.array_equal(untold.quantiles(one, steps), told.quantiles(one, steps))


def test_the_median_has_to_be_clearly_nearer() -> None:
    """Nine tenths of 9 and a tenth of 11: a forecast of 9 errs by 0.2, one of 9.2 by 0.36."""
    sold = np.tile([9.0] * 9 + [11.0], 40)

    def tells_median(predicted: float) -> bool:
        errors = [Errors(np.full(400, predicted), sold)]
        return calibrate(errors, level=9.2).tells_median

    assert tells_median(9.2)
    assert not tells_median(9.005)


def test_farther_is_never_narrower_and_lower_is_never_negative() -> None:
    near, far = normal_errors(1, noise=20.0), normal_errors(2, noise=1.0)
    errors = Errors(
        np.concatenate([near.predicted, far.predicted]), np.concatenate([near.actual, far.actual])
    )

    made = calibrate([errors], level=100.0)
    lower, upper = made.interval(np.full(800, 3.0), np.arange(1, 801))

    assert (np.diff(upper - lower) >= 0).all()
    assert (lower >= 0).all()


def test_intervals_grow_with_the_distance_as_errors_do() -> None:
    steps = np.arange(1, 101)
    random = np.random.default_rng(0)
    walks = [
        Errors(np.full(100, 1000.0), 1000 + np.cumsum(random.normal(0, 5, 100))) for _ in range(30)
    ]

    lower, upper = calibrate(walks, level=1000.0).interval(np.full(100, 1000.0), steps)

    assert upper[-1] - lower[-1] > 4 * (upper[0] - lower[0])


def test_few_errors_grow_with_the_distance_as_is_usual_and_many_as_they_did() -> None:
    weeks, days = (usual_rate(Frequency(unit)) for unit in (Unit.WEEK, Unit.DAY))
    few, many = ([normal_errors(seed, rows=13) for seed in range(size)] for size in (4, 400))

    def growth(errors: list[Errors], rate: float) -> float:
        spreads = calibrate(errors, level=100.0, rate_before=rate).spreads
        return spreads[-1] / spreads[0]

    assert growth(few, weeks) > 1.2
    assert growth(few, days) == growth(many, days) == growth(many, weeks) == 1.0


def test_large_forecasts_err_by_more_where_errors_say_so() -> None:
    predicted = np.tile([10.0, 1000.0], 200)
    actual = predicted * np.random.default_rng(0).normal(1, 0.1, 400)

    made = calibrate([Errors(predicted, actual)], level=505.0)
    lower, upper = made.interval(np.array([10.0, 1000.0]), np.array([1, 1]))

    assert upper[1] - lower[1] > 15 * (upper[0] - lower[0])


def test_newer_misses_count_more() -> None:
    small, large = normal_errors(1, rows=28, noise=1.0), normal_errors(2, rows=28, noise=10.0)

    calm, wild = (
        calibrate(errors, level=100.0).interval(np.array([100.0]), np.array([1]))
        for errors in ([large, large, small, small], [small, small, large, large])
    )

    assert wild[1][0] - wild[0][0] > calm[1][0] - calm[0][0]


def test_fewer_errors_make_wider_intervals() -> None:
    many, few = (
        calibrate([Errors(np.full(n, 100.0), 100 + np.resize([-5.0, -1, 1, 5], n))], level=100.0)
        for n in (400, 8)
    )
    one, steps = np.array([100.0]), np.array([1])

    assert np.ptp(few.interval(one, steps)) > 1.2 * np.ptp(many.interval(one, steps))


def test_counts_have_whole_quantiles() -> None:
    random = np.random.default_rng(0)
    sold = random.poisson(2, 400).astype(float)
    made = calibrate([Errors(np.full(400, 2.0), sold)], level=2.0, is_count=True)

    quantiles = made.quantiles(np.array([2.0, 2.3]), np.array([1, 2]))

    assert (quantiles == np.round(quantiles)).all()
    assert quantiles[0, 0] == 0


def test_small_counts_come_from_what_was_sold_and_large_ones_from_errors() -> None:
    random = np.random.default_rng(0)
    few, many = random.poisson(2, 200).astype(float), random.poisson(200, 200).astype(float)

    small = calibrate([Errors(np.full(200, 2.0), few)], level=2.0, is_count=True)
    large = calibrate([Errors(np.full(200, 200.0), many)], level=200.0, is_count=True)
    other = calibrate([Errors(np.full(200, 2.0), few)], level=2.0)

    assert small.counts is not None
    assert large.counts is None
    assert other.counts is None


def test_without_errors_the_forecast_is_all_there_is() -> None:
    exact = Errors(np.full(5, 10.0), np.full(5, 10.0))
    for errors in ([exact], []):
        lower, upper = calibrate(errors, level=10.0).interval(np.array([3.0]), np.array([9]))
        assert (lower[0], upper[0]) == (3.0, 3.0)


@pytest.mark.parametrize("is_count", [True, False])
def test_what_never_sold_but_was_expected_to_has_an_interval(is_count: bool) -> None:
    errors = Errors(np.array([0.0, 2.0, 1.0, 4.0]), np.zeros(4))

    lower, upper = calibrate([errors], level=0.0, is_count=is_count).interval(
        np.array([0.0, 2.0]), np.array([1, 2])
    )

    assert lower.tolist() == [0, 0]
    assert 2 <= upper[1] < 30


def test_missing_values_do_not_count() -> None:
    full = Errors(np.full(3, 10.0), np.array([11.0, 9.0, 12.0]))
    holes = Errors(np.full(4, 10.0), np.array([11.0, 9.0, 12.0, np.nan]))

    made = [calibrate([e], level=10.0, interval_width=0.9) for e in (full, holes)]

    one = np.array([10.0]), np.array([2])
    assert made[0].interval(*one) == made[1].interval(*one)


def test_a_calibration_of_a_former_version_gives_the_same_interval() -> None:
    former = Calibration.__new__(Calibration)
    former.__setstate__([100.0, 28, (0.5, 0.7, 0.9)])

    lower, upper = former.interval(np.full(3, 100.0), np.array([28, 29, 57]))

    assert upper == pytest.approx([150.0, 170.0, 190.0])
    assert lower == pytest.approx([50.0, 30.0, 10.0])


def test_a_calibration_from_before_small_counts_is_read() -> None:
    today = calibrate([normal_errors(1)], level=100.0)
    newer = ("counts", "places", "tells_median")
    values = [getattr(today, name) for name in Calibration.__slots__ if name not in newer]

    former = Calibration.__new__(Calibration)
    former.__setstate__(values)

    assert former == today


def test_four_windows_of_a_wandering_series_are_enough_for_honest_intervals() -> None:
    """Every error of a window has that window's own part: four of them are known, not 48."""
    random = np.random.default_rng(0)
    predicted, steps, inside = np.full(12, 100.0), np.arange(1, 13), []

    for _ in range(300):
        windows = [100 + random.normal(0, 5) + random.normal(0, 5, 12) for _ in range(5)]
        made = calibrate([Errors(predicted, sold) for sold in windows[:4]], level=100.0)
        lower, upper = made.interval(predicted, steps)
        inside.append(np.mean((windows[4] >= lower) & (windows[4] <= upper)))

    assert 0.93 <= np.mean(inside) <= 0.97
