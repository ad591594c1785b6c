"""The closed form beside draws, and draws beside those of the prophet package."""

import numpy as np
import pytest

from pipeline.forecast.structural.conversion import to_prophet
from pipeline.forecast.structural.uncertainty import draw, interval
from tests.pipeline.forecast.structural.cases import CASES, Case, daily, with_gaps

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:prophet")

WIDTHS = (0.5, 0.8, 0.95)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("case", [make() for make in CASES.values()], ids=CASES)
def test_the_interval_holds_its_share_of_the_draws(case: Case, width: float) -> None:
    model = case.fit()
    lower, upper = interval(model, case.future, width)
    drawn = draw(model, case.future, 20_000, seed=1)
    held = ((drawn >= lower) & (drawn <= upper)).mean(axis=0)
    assert held == pytest.approx(np.full(28, width), abs=0.015)


def test_the_draws_spread_like_those_of_the_package() -> None:
    case = daily(90, changepoint_scale=5.0, seasonalities=())
    model = case.fit()
    prophet = to_prophet(model)
    prophet.uncertainty_samples = 4_000
    np.random.seed(0)  # from which Prophet draws
    theirs = prophet.predictive_samples(case.future)["yhat"].T
    ours = draw(model, case.future, 4_000, seed=0)
    assert ours.std(axis=0) == pytest.approx(theirs.std(axis=0), rel=0.1)
    assert ours.std(axis=0)[-1] > 1.5 * ours.std(axis=0)[0]


def test_within_the_history_there_is_only_noise() -> None:
    case = with_gaps()
    model = case.fit()
    lower, upper = interval(model, case.seen, 0.6827)
    noise = model.mode.sigma_obs * model.scales.largest
    assert (upper - lower) / 2 == pytest.approx(np.full(500, noise), rel=1e-3)


def test_a_seed_repeats_the_draws() -> None:
    case = daily(60)
    model = case.fit()
    first, second = (draw(model, case.future, 10, seed=3) for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, draw(model, case.future, 10, seed=4))
