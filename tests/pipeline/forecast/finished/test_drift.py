"""When a forecast in use counts as drifting: known values, and how often it is a false alarm."""

import math

import numpy as np
import pytest

from pipeline.forecast.finished.drift import (
    Live,
    PastWindow,
    coverage_chance,
    judge,
    wape_limit,
    windows_of,
)

WINDOW = 28
STEADY = [PastWindow(WINDOW, 0.20), PastWindow(WINDOW, 0.22), PastWindow(WINDOW, 0.19)]
FOUR = [*STEADY, PastWindow(WINDOW, 0.21)]


def test_the_limit_of_four_steady_windows():
    """The spread of a window by itself counts where the windows differ by less."""
    middle = math.exp(np.mean(np.log([0.20, 0.22, 0.19, 0.21])))
    floor = math.sqrt(math.pi / 2 - 1) / math.sqrt(WINDOW)
    expected = middle * math.exp(4.541 * floor * math.sqrt(1 + 1 / 4))
    assert wape_limit(FOUR, WINDOW) == pytest.approx(expected)
    assert wape_limit(FOUR, WINDOW) == pytest.approx(0.422, abs=0.005)


def test_fewer_windows_or_points_allow_more():
    assert wape_limit(FOUR, 14) > wape_limit(FOUR, 28) == wape_limit(FOUR, 90)
    assert wape_limit(STEADY, WINDOW) > wape_limit(FOUR, WINDOW)
    assert wape_limit(STEADY[:2], WINDOW) is None
    assert wape_limit([PastWindow(WINDOW, None)] * 4, WINDOW) is None


def test_little_is_not_judged():
    much = Live(14, 0.9, 0.2)
    assert judge(much, FOUR, 0.95).is_drifting
    assert not judge(Live(13, 0.9, 0.2), FOUR, 0.95).is_drifting
    assert not judge(much, [], 0.95).is_drifting
    assert not judge(Live(0, None, None), FOUR, 0.95).is_drifting


def test_two_weeks_are_enough_however_long_the_windows_are():
    long = [PastWindow(90, window.wape) for window in FOUR]
    assert not judge(Live(13, 0.9, 0.2), long, 0.95).is_drifting
    assert judge(Live(14, 0.9, 0.2), long, 0.95).is_drifting
    assert not judge(Live(14, 0.3, 0.9), long, 0.95).is_drifting


def test_each_reason_is_told():
    high = judge(Live(WINDOW, 0.6, 0.95), FOUR, 0.95)
    assert (high.is_error_high, high.is_coverage_low) == (True, False)
    narrow = judge(Live(WINDOW, None, 0.5), FOUR, 0.95)
    assert (narrow.is_error_high, narrow.is_coverage_low) == (False, True)
    well = judge(Live(WINDOW, 0.25, 0.93), FOUR, 0.95)
    assert not well.is_drifting


def test_the_chance_of_few_inside():
    """With calibration on very many errors it is the binomial one."""
    binomial = sum(math.comb(28, k) * 0.9**k * 0.1 ** (28 - k) for k in range(21))
    found = coverage_chance(Live(28, 0.2, 20 / 28), 10_000_000, 0.9)
    assert found == pytest.approx(binomial, rel=1e-4)
    assert coverage_chance(Live(28, 0.2, 1.0), 112, 0.95) == pytest.approx(1.0)
    assert coverage_chance(Live(28, 0.2, 20 / 28), 112, 0.9) > binomial


def test_only_the_windows_of_the_chosen_model_count():
    stored = [
        {"algorithm": "ensemble", "rows": 28, "metrics": {"wape": 0.3}},
        {"algorithm": "drift", "rows": 28, "metrics": {"wape": 0.9}},
        {"algorithm": "ensemble", "rows": 28, "metrics": {"wape": None}},
    ]
    assert windows_of(stored, "ensemble") == [PastWindow(28, 0.3), PastWindow(28, None)]


def _errors(random: np.random.Generator, days: int, memory: float) -> np.ndarray:
    """Errors whose size changes from day to day and that remember the day before."""
    noise = random.normal(0, 4, days) * random.choice([0.7, 1.0, 1.6], days)
    for day in range(1, days):
        noise[day] += memory * noise[day - 1]
    return noise


def _alarms(memory: float, growth: float, products: int, seed: int) -> tuple[float, float]:
    """Shares of products that raise an alarm at a single look, and at any look of eight weeks."""
    random = np.random.default_rng(seed)
    single = any_look = 0
    for _ in range(products):
        errors = _errors(random, 4 * WINDOW + 56, memory)
        sold = np.maximum(20 + errors, 0)
        off = np.abs(sold - 20)
        tested, later = slice(0, 4 * WINDOW), slice(4 * WINDOW, None)
        windows = [
            PastWindow(
                WINDOW, off[start : start + WINDOW].sum() / sold[start : start + WINDOW].sum()
            )
            for start in range(0, 4 * WINDOW, WINDOW)
        ]
        rank = math.ceil((4 * WINDOW + 1) * 0.95) - 1
        half = np.sort(off[tested])[rank]
        live_off, live_sold = growth * off[later], sold[later]
        looks = []
        for end in range(14, 57):
            start = max(0, end - WINDOW)
            seen = live_off[start:end]
            live = Live(
                len(seen), seen.sum() / live_sold[start:end].sum(), float((seen <= half).mean())
            )
            looks.append(judge(live, windows, 0.95).is_drifting)
        single += looks[WINDOW - 14]
        any_look += any(looks)
    return single / products, any_look / products


@pytest.mark.parametrize(("memory", "seed"), [(0.0, 1), (0.3, 2)])
def test_false_alarms_are_rare_where_nothing_changed(memory, seed):
    single, any_look = _alarms(memory, growth=1.0, products=400, seed=seed)
    assert single <= 0.01
    assert any_look <= 0.03


def test_errors_that_grow_by_much_are_found():
    _, found = _alarms(0.3, growth=2.5, products=100, seed=3)
    assert found >= 0.9
