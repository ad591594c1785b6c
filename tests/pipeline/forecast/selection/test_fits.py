"""Which fits go on from where the one before had come to."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.candidates.candidate import FitContext, PointForecaster
from pipeline.forecast.history.prepared import History
from pipeline.forecast.selection.fits import MOST_GROWTH, Fits
from pipeline.forecast.spec import BALANCED, BEST, BUDGETS, FAST, ForecastSpec
from tests.pipeline.forecast.series import context_of, daily_sales, history_of

ROWS = 200


def whole() -> History:
    """A level that wanders, whose smoothing is a number to be sought."""
    moves, noise = np.random.default_rng(4).normal(0, (1, 4), (400, 2)).T
    return history_of(daily_sales(400).assign(quantity=200 + np.cumsum(moves) + noise))


def context(budget: str = FAST) -> FitContext:
    return context_of(ForecastSpec(budget=budget))


def foretold(model: PointForecaster) -> list[float]:
    return model.predict(whole().ahead(300, 328)).tolist()


def after(first: int, rows: int, budget: str = FAST, name: str = "mstl") -> list[float]:
    """What is foretold from so many rows, after a fit to other ones."""
    fits = Fits()
    fits.fit(name, whole().head(first), context(budget))
    return foretold(fits.fit(name, whole().head(rows), context(budget)))


def anew(rows: int, name: str = "mstl") -> list[float]:
    return foretold(Fits().fit(name, whole().head(rows), context()))


@pytest.mark.parametrize("name", ["mstl", "ets", "theta"])
@pytest.mark.parametrize("budget", BUDGETS)
def test_a_fit_goes_on_and_comes_to_about_the_same(budget: str, name: str) -> None:
    gone_on, fresh = after(ROWS, 240, budget, name), anew(240, name)

    assert gone_on != fresh
    assert gone_on == pytest.approx(fresh, rel=0.05)


@pytest.mark.parametrize(
    ("step", "hurried", "unhurried"), [("MS", FAST, BALANCED), ("W-MON", BALANCED, BEST)]
)
def test_where_it_is_worth_the_time_settings_are_chosen_anew(
    step: str, hurried: str, unhurried: str
) -> None:
    ds = pd.date_range("2010-01-01", periods=120, freq=step)
    noise = np.random.default_rng(2).normal(0, 5, 120)
    quantity = 200 + 3 * np.arange(120) + 20 * (np.arange(120) % 12) + np.cumsum(noise)
    history = history_of(pd.DataFrame({"ds": ds, "quantity": quantity}))

    def foretold_after(budget: str, *rows: int) -> list[float]:
        fits = Fits()
        models = [fits.fit("mstl", history.head(one), context(budget)) for one in rows]
        return models[-1].predict(history.ahead(108, 120)).tolist()

    assert foretold_after(unhurried, 84, 108) == foretold_after(unhurried, 108)
    assert foretold_after(hurried, 84, 108) != foretold_after(hurried, 108)


def test_many_more_rows_are_looked_at_anew() -> None:
    rows = int(MOST_GROWTH * ROWS)

    assert after(ROWS, rows) != anew(rows)
    assert after(ROWS, rows + 1) == anew(rows + 1)


def test_a_fit_to_fewer_rows_knows_nothing_of_what_came_later() -> None:
    assert after(300, 240) == anew(240)


def test_small_steps_do_not_put_off_a_new_look_for_ever() -> None:
    fits, rows = Fits(), np.arange(ROWS, 400, 40)

    made = [foretold(fits.fit("mstl", whole().head(int(one)), context())) for one in rows]

    assert made[-1] == anew(int(rows[-1]))
    assert made[1] != anew(int(rows[1]))
