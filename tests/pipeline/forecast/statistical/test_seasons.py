import numpy as np
import pytest

from pipeline.forecast.statistical.decomposition import decompose, spread_grows
from pipeline.forecast.statistical.mstl import fit_mstl
from pipeline.forecast.statistical.seasons import has_season, level_of, pattern_of, strength
from pipeline.forecast.statistical.year import year_of
from tests.pipeline.forecast.statistical.series import WEEK, steps, weekly, yearly


def test_a_week_is_taken_out_whole() -> None:
    values = np.tile(WEEK, 10)[3:]

    pattern, component = pattern_of(values, 7)

    assert component == pytest.approx(values, abs=1e-9)
    assert pattern.ahead(steps(9)) == pytest.approx(np.resize(WEEK, 9))


@pytest.mark.parametrize("season", [4, 7])
def test_the_level_of_a_line_is_the_line_in_its_middle(season: int) -> None:
    line = np.arange(60.0)

    level = level_of(line, season)

    assert level.shape == line.shape
    assert level[season:-season] == pytest.approx(line[season:-season])


def test_a_season_is_seen_in_a_week_and_not_in_noise() -> None:
    noise = np.random.default_rng(0).normal(size=300)

    assert has_season(weekly(300), 7)
    assert not has_season(noise, 7)
    assert strength(weekly(300), 7) > 0.8 > 0.2 > strength(noise, 7)


@pytest.mark.parametrize("years", [2, 3, 5])
def test_the_year_is_found_and_goes_on(years: int) -> None:
    rows = int(365.25 * years) + 1
    wave = 10 * np.sin(2 * np.pi * np.arange(rows + 90) / 365.25)
    noise = np.random.default_rng(1).normal(0, 3, rows)

    found = year_of(wave[:rows] + noise, 365.25)

    assert found.component == pytest.approx(wave[:rows], abs=2.5)
    assert found.ahead(steps(90)) == pytest.approx(wave[rows:], abs=2.5)


def test_a_single_week_of_the_year_stands_out_from_those_beside_it() -> None:
    rows = 261
    peak = np.where(np.arange(rows + 52) % 52 == 50, 20.0, 0.0)
    noise = np.random.default_rng(1).normal(0, 2, rows)

    ahead = year_of(peak[:rows] + noise, 52.18).ahead(steps(52))

    week = int(np.argmax(peak[rows:]))
    assert ahead[week] > 9  # ten waves tell 7
    assert np.abs(np.delete(ahead, range(week - 1, week + 2))).max() < 5


def test_noise_and_less_than_two_years_have_no_year() -> None:
    noise = np.random.default_rng(2).normal(0, 3, 1_000)

    assert np.abs(year_of(noise, 365.25).component).max() < 1.0
    assert not year_of(yearly(700), 365.25).component.any()


def test_seasons_and_the_rest_add_up() -> None:
    values = yearly(1_000)

    parts = decompose(values, (7,), 365.25)

    assert parts.components[0] + parts.of_year + parts.rest == pytest.approx(values)
    assert parts.components[0] == pytest.approx(WEEK[np.arange(1_000) % 7], abs=1.5)


def test_two_seasons_and_the_year_are_told_ahead() -> None:
    hours = np.arange(24 * 7 * 9)
    values = 50 + 8 * np.sin(2 * np.pi * hours / 24) + WEEK[hours // 24 % 7]
    whole = yearly(1_100, noise=0.5)

    of_hours = fit_mstl(values[:-168], (24, 168)).predict(steps(168))
    of_days = fit_mstl(whole[:-60], (7,), 365.25).predict(steps(60))

    assert of_hours == pytest.approx(values[-168:], abs=1.0)
    assert np.abs(of_days - whole[-60:]).mean() < 1.5


def test_logarithms_where_the_spread_grows() -> None:
    level = np.linspace(10, 100, 350)
    noise = np.random.default_rng(0).normal(0, 0.1, 350)

    assert spread_grows(level * (1 + noise), 7)
    assert not spread_grows(level + 50 * noise, 7)
