"""Methods that know the week alone borrow the year of a history of less than two years."""

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.calendar.frequency import Unit
from pipeline.forecast.candidates.candidate import predict
from pipeline.forecast.candidates.poisson import fit_poisson
from pipeline.forecast.history.prepared import History
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.statistical.candidates import STATISTICAL
from pipeline.forecast.statistical.history_fit import FittedToHistory
from pipeline.forecast.statistical.short_year import ShortYear
from tests.pipeline.forecast.series import context_of, history_of

START = pd.Timestamp("2024-01-01")


def expected(ds: pd.DatetimeIndex) -> np.ndarray:
    """Twice as much at weekends, and half as much again in the middle of summer as in spring."""
    summer = 1 + 0.5 * np.exp(-(((ds.day_of_year - 205) / 30.0) ** 2))
    return np.asarray(40.0 * summer * np.where(ds.day_of_week >= 5, 2.0, 1.0))


def sales(days: int, freq: str = "D") -> History:
    ds = pd.date_range(START, periods=days, freq=freq)
    quantity = np.random.default_rng(4).poisson(expected(ds)).astype(float)
    return history_of(pd.DataFrame({"ds": ds, "quantity": quantity}))


def weeks_after(history: History) -> pd.DataFrame:
    """The four weeks that come next."""
    rows = 28 if history.frequency.unit is Unit.DAY else 4
    ds = history.frequency.grid(history.ds[-1], rows + 1)[1:]
    return pd.DataFrame({"ds": ds, "step": np.arange(1, len(ds) + 1)})


def fitted(name: str, history: History, *, models_year: bool) -> FittedToHistory:
    made = STATISTICAL[name].fit(history, context_of(models_year=models_year))
    assert isinstance(made, FittedToHistory)
    return made


@pytest.mark.parametrize("history", [sales(540), sales(77, "W-MON")], ids=["days", "weeks"])
@pytest.mark.parametrize("name", ["mstl", "ets", "theta"])
def test_a_summer_seen_once_is_expected_again(name: str, history: History) -> None:
    """The history ends in the week of 23 June of its second year."""
    ahead = weeks_after(history)
    truth = expected(pd.DatetimeIndex(ahead["ds"]))

    told = predict(fitted(name, history, models_year=True), ahead)
    without = predict(fitted(name, history, models_year=False), ahead)

    assert told.mean() == pytest.approx(truth.mean(), rel=0.1)
    assert without.mean() < 0.85 * truth.mean()


def test_the_parts_of_a_forecast_tell_the_year_and_add_up() -> None:
    history = sales(540)
    ahead = weeks_after(history)
    made = fitted("mstl", history, models_year=True)

    parts = made.components(ahead)

    assert parts["year"].min() > 0
    np.testing.assert_allclose(sum(parts.values()), made.predict(ahead))


def test_a_method_that_goes_on_learns_the_year_anew() -> None:
    before, history = sales(512), sales(540)
    context = context_of(models_year=True)
    mstl = STATISTICAL["mstl"]

    assert mstl.go_on is not None
    made = mstl.go_on(history, context, mstl.fit(before, context))

    ahead = weeks_after(history)
    truth = expected(pd.DatetimeIndex(ahead["ds"]))
    assert predict(made, ahead).mean() == pytest.approx(truth.mean(), rel=0.1)


@pytest.mark.parametrize(
    ("history", "models_year", "spec"),
    [
        (sales(540), False, ForecastSpec()),
        (sales(540), True, ForecastSpec(yearly_seasonality=False)),
        (sales(20, "MS"), True, ForecastSpec()),
        (sales(24 * 400, "h"), True, ForecastSpec()),
    ],
    ids=["not tested", "not wanted", "months", "hours"],
)
def test_nothing_is_borrowed(history: History, models_year: bool, spec: ForecastSpec) -> None:
    assert ShortYear.of(history, context_of(spec, models_year=models_year)) is None


def test_nothing_is_borrowed_where_each_year_is_told_by_the_others() -> None:
    made = fitted("mstl", sales(740), models_year=True)

    assert made.short_year is None


def test_the_regression_is_fitted_once_for_all_methods_of_a_test() -> None:
    history, context = sales(540), context_of(models_year=True)

    assert fit_poisson(history, context) is fit_poisson(history, context)
    assert fit_poisson(sales(540), context) is not fit_poisson(history, context)
