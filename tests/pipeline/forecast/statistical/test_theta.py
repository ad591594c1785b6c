import numpy as np
import pytest

from pipeline.forecast.statistical.theta import fit_line, fit_theta, go_on_with_theta
from tests.pipeline.forecast.statistical.series import Array, steps


def told_step_by_step(values: Array, alpha: float, share: float, first: float) -> list[float]:
    """The dynamic model as its paper writes it down, with theta = 1 / (1 - share)."""
    level, mean, slope, start, told = first, 0.0, 0.0, 0.0, []
    for place, value in enumerate(values):
        faded = (1 - alpha) ** place
        line = faded * start + (1 - (1 - alpha) ** (place + 1)) / alpha * slope
        told.append(level + share * line if place else level)
        level = alpha * value + (1 - alpha) * level
        rows = place + 1
        before, mean = mean, (place * mean + value) / rows
        slope = (
            0.0 if rows == 1 else ((rows - 2) * slope + 6 / rows * (value - before)) / (rows + 1)
        )
        start = mean - slope * (rows + 1) / 2
    return told


def test_the_fit_is_the_recursion_of_the_paper() -> None:
    values = np.cumsum(np.random.default_rng(0).normal(0.3, 1, 80)) + 20
    line, told = fit_line(values)

    expected = told_step_by_step(values, line.alpha, line.share, float(told[0]))

    assert told == pytest.approx(expected, abs=1e-8)
    assert line.squares == pytest.approx(float(((values - told) ** 2).sum()))


def test_a_pure_line_goes_on() -> None:
    values = 5 + 2.0 * np.arange(100)

    ahead = fit_theta(values).predict(steps(10))

    assert ahead == pytest.approx(5 + 2.0 * np.arange(100, 110), rel=0.02)


def test_a_season_that_grows_with_the_level_is_a_factor() -> None:
    factor = np.tile([0.5, 1.0, 1.5, 1.0], 30)
    level = np.linspace(10, 100, 120)

    ahead = fit_theta(level * factor, (4,)).predict(steps(4))

    assert ahead / ahead.mean() == pytest.approx([0.5, 1.0, 1.5, 1.0], abs=0.05)


def test_more_values_are_told_from_where_fewer_had_come_to() -> None:
    factor = np.tile([0.5, 1.0, 1.5, 1.0], 40)
    values = np.linspace(10, 100, 160) * factor + np.random.default_rng(3).normal(0, 0.1, 160)
    before = fit_theta(values[:120], (4,))

    gone_on, fresh = go_on_with_theta(values, before), fit_theta(values, (4,))

    assert before.scale.is_log
    assert len(before.pattern.next) == 4
    assert gone_on.scale == fresh.scale
    assert gone_on.line.squares == pytest.approx(fresh.line.squares, rel=0.01)
    assert gone_on.predict(steps(8)) == pytest.approx(fresh.predict(steps(8)), rel=0.02)


def test_values_that_fall_to_nothing_are_no_longer_told_by_their_logarithms() -> None:
    values = np.linspace(10, 100, 120) * np.tile([0.5, 1.0, 1.5, 1.0], 30)
    before = fit_theta(values, (4,))

    gone_on = go_on_with_theta(np.append(values, 0.0), before)

    assert before.scale.is_log
    assert not gone_on.scale.is_log
    assert np.isfinite(gone_on.predict(steps(8))).all()
