"""The trees that learn from all products: what they know, and what they must not know."""

import pickle
import zlib
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.calendar.holiday_calendar import holiday_calendar
from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.history.prepared import Prepared
from pipeline.forecast.history.preparing import prepare
from pipeline.forecast.history.validation import validate
from pipeline.forecast.pooled.candidates import fit_pooled, has_unseen_trees
from pipeline.forecast.pooled.forecaster import TreeForecaster
from pipeline.forecast.shared import SharedProfile, fit_shared
from pipeline.forecast.spec import BALANCED, BEST, ForecastSpec
from tests.pipeline.forecast.pooled.shops import UPLIFT, Shop, shop

SPEC = ForecastSpec(horizon_days=28)


@pytest.fixture(scope="module")
def sold() -> Shop:
    return shop()


@pytest.fixture(scope="module")
def shared(sold: Shop) -> SharedProfile:
    return fit_shared(sold, SPEC)


def context_with(shared: SharedProfile, category: str | None = "bread") -> FitContext:
    return FitContext(
        spec=SPEC,
        holidays=holiday_calendar("ES", None, 2023, 2024),
        category=category,
        shared=shared,
    )


def prepared(sold: Shop, key: str = "p0") -> Prepared:
    return prepare(validate(sold[key][1]), SPEC)


def forecast(sold: Shop, shared: SharedProfile, key: str = "p0") -> NDArray[np.float64]:
    made = prepared(sold, key)
    return fit_pooled(made.history, context_with(shared, sold[key][0])).predict(made.future)


def test_promotions_and_weekdays_are_known(sold: Shop, shared: SharedProfile) -> None:
    made = prepared(sold)
    values = forecast(sold, shared)
    promotion = made.future["promotion"].to_numpy() > 0
    weekday = made.future["ds"].dt.day_of_week.to_numpy()

    assert values[promotion].mean() == pytest.approx(UPLIFT * values[~promotion].mean(), rel=0.25)
    assert (
        values[~promotion & (weekday == 5)].mean()
        > 1.4 * values[~promotion & (weekday == 0)].mean()
    )


def test_a_forecast_is_small_and_the_same_after_it_was_stored(
    sold: Shop, shared: SharedProfile
) -> None:
    made = prepared(sold)
    stored = pickle.dumps(fit_pooled(made.history, context_with(shared)))

    assert len(stored) < 100_000
    assert np.array_equal(pickle.loads(stored).predict(made.future), forecast(sold, shared))


def test_a_forecast_as_the_former_release_stored_it_is_read(
    sold: Shop, shared: SharedProfile
) -> None:
    model = fit_pooled(prepared(sold).history, context_with(shared))
    values = [getattr(model, one.name) for one in fields(model) if one.init]
    read = object.__new__(TreeForecaster)

    read.__setstate__(zlib.compress(pickle.dumps(values)))

    assert np.array_equal(read.predict(prepared(sold).future), forecast(sold, shared))


def test_components_add_up_to_the_forecast(sold: Shop, shared: SharedProfile) -> None:
    made = prepared(sold)
    parts = fit_pooled(made.history, context_with(shared)).components(made.future)

    assert sum(parts.values()) == pytest.approx(forecast(sold, shared))
    on = made.future["promotion"].to_numpy() > 0
    assert parts["promotion"][on].mean() > parts["promotion"][~on].mean() + 10
    assert {"level", "trend", "week", "year", "holidays", "promotion"} <= set(parts)


def test_what_covariates_do_together_is_shared_out_among_them(
    sold: Shop, shared: SharedProfile
) -> None:
    made = prepared(sold)

    parts = fit_pooled(made.history, context_with(shared)).components(made.future)

    assert "known_effect" not in parts


def test_a_period_has_the_same_forecast_whatever_is_asked_with_it(
    sold: Shop, shared: SharedProfile
) -> None:
    made = prepared(sold)
    model = fit_pooled(made.history, context_with(shared))
    few = made.future.drop(columns="promotion").assign(promotion=0.0)

    alone = model.predict(few.iloc[[10]])

    assert alone == pytest.approx(model.predict(few)[[10]], rel=0.05)


def test_tenfold_sales_are_a_tenfold_forecast(sold: Shop, shared: SharedProfile) -> None:
    tenfold = {
        key: (kind, frame.assign(quantity=10 * frame["quantity"]))
        for key, (kind, frame) in sold.items()
    }

    values = forecast(tenfold, fit_shared(tenfold, SPEC))

    assert values == pytest.approx(10 * forecast(sold, shared), rel=1e-4)


def test_the_order_of_products_makes_no_difference(sold: Shop, shared: SharedProfile) -> None:
    shuffled = {key: sold[key] for key in reversed(sold)}

    assert np.array_equal(forecast(sold, fit_shared(shuffled, SPEC)), forecast(sold, shared))


def test_nothing_after_an_origin_changes_its_forecast(sold: Shop, shared: SharedProfile) -> None:
    trees = shared.pooled
    assert trees is not None
    daily = trees.models[Frequency(Unit.DAY)]
    origin = pd.Timestamp(daily.grown[0].learned_until)
    changed = {
        key: (
            kind,
            frame.assign(
                quantity=frame["quantity"].where(
                    frame["ds"] <= origin, 777.0 * frame["quantity"].notna()
                )
            ),
        )
        for key, (kind, frame) in sold.items()
    }
    changed = {
        key: (kind, frame.assign(quantity=frame["quantity"].mask(sold[key][1]["quantity"].isna())))
        for key, (kind, frame) in changed.items()
    }
    history = prepared(sold).history
    rows = int((history.ds <= origin).sum())

    before, after = (
        fit_pooled(history.head(rows), context_with(one)).predict(history.ahead(rows, rows + 28))
        for one in (shared, fit_shared(changed, SPEC))
    )

    assert np.array_equal(before, after)


def test_a_signal_of_the_future_does_not_help(sold: Shop) -> None:
    """A column that says what will be sold in four weeks is of no use where it is not known."""
    planted = {
        key: (kind, frame.assign(signal=frame["quantity"].shift(-28)))
        for key, (kind, frame) in sold.items()
    }

    learned = fit_shared(planted, SPEC).pooled

    assert learned is not None
    names = [one.name for one in learned.models[Frequency(Unit.DAY)].covariates]
    assert names == ["promotion"]


def test_trees_are_not_used_before_what_they_have_learned(
    sold: Shop, shared: SharedProfile
) -> None:
    history = prepared(sold).history
    assert shared.pooled is not None
    first = shared.pooled.models[Frequency(Unit.DAY)].grown[0].learned_until
    rows = int((history.ds <= pd.Timestamp(first)).sum())

    assert has_unseen_trees(history.head(rows), context_with(shared))
    assert not has_unseen_trees(history.head(rows - 1), context_with(shared))
    assert shared.pooled.at(history.frequency, first) is not None
    assert shared.pooled.at(Frequency(Unit.WEEK), first) is None


@pytest.mark.parametrize(
    ("budget", "days_before_end"), [(BALANCED, [112, 0]), (BEST, [112, 28, 0])]
)
def test_trees_of_the_holdout_are_grown_where_there_is_time(
    sold: Shop, budget: str, days_before_end: list[int]
) -> None:
    learned = fit_shared(sold, replace(SPEC, budget=budget)).pooled

    assert learned is not None
    history = prepared(sold).history
    grown = learned.models[Frequency(Unit.DAY)].grown
    ends = [pd.Timestamp(one.learned_until) for one in grown]
    assert [(history.ds[-1] - one).days for one in ends] == days_before_end


def test_a_product_of_ten_days_sells_by_the_week_of_its_shop(
    sold: Shop, shared: SharedProfile
) -> None:
    history = prepared(sold).history
    young = history.head(len(history))
    made = prepared(sold)
    few = type(history)(
        ds=young.ds[-10:],
        actual=young.actual[-10:],
        columns={name: values[-10:] for name, values in young.columns.items()},
        frequency=young.frequency,
        known=young.known,
    )

    values = fit_pooled(few, context_with(shared)).predict(made.future.assign(promotion=0.0))

    weekday = made.future["ds"].dt.day_of_week.to_numpy()
    assert values[weekday == 5].mean() > 1.3 * values[weekday == 0].mean()


def test_unknown_days_are_neither_learned_nor_zero() -> None:
    sold = shop(noise=False)
    closed = {
        key: (kind, frame.assign(quantity=frame["quantity"].mask(frame["ds"].dt.day == 10)))
        for key, (kind, frame) in sold.items()
    }

    whole = forecast(sold, fit_shared(sold, SPEC))
    gaps = forecast(closed, fit_shared(closed, SPEC))

    assert gaps == pytest.approx(whole, rel=0.15)


def test_too_few_products_have_no_trees(sold: Shop) -> None:
    two = {key: sold[key] for key in ("p0", "p1")}

    assert fit_shared(two, SPEC).pooled is None


def test_each_frequency_has_its_trees(sold: Shop) -> None:
    weekly = {
        f"w{key}": (
            kind,
            frame.assign(ds=pd.date_range("2016-01-04", periods=len(frame), freq="7D")),
        )
        for key, (kind, frame) in sold.items()
        if len(frame) > 400
    }
    monthly = {
        f"m{key}": (
            kind,
            frame.head(80).assign(ds=pd.date_range("2016-01-01", periods=80, freq="MS")),
        )
        for key, (kind, frame) in sold.items()
    }

    learned = fit_shared({**sold, **weekly, **monthly}, SPEC).pooled

    assert learned is not None
    assert {one.unit for one in learned.models} == {Unit.DAY, Unit.WEEK, Unit.MONTH}


def test_a_column_that_is_missing_ahead_or_constant_is_left_alone(sold: Shop) -> None:
    odd = {key: (kind, frame.assign(constant=3.0)) for key, (kind, frame) in sold.items()}

    learned = fit_shared(odd, SPEC).pooled

    assert learned is not None
    assert [one.name for one in learned.models[Frequency(Unit.DAY)].covariates] == ["promotion"]


def test_what_was_looked_at_is_kept_for_the_same_rows_alone(
    sold: Shop, shared: SharedProfile
) -> None:
    made = prepared(sold)
    model = fit_pooled(made.history, context_with(shared, sold["p0"][0]))
    none, every = (made.future.assign(promotion=value) for value in (0.0, 1.0))

    first, other, again = (model.predict(rows) for rows in (none, every, none))

    assert other.sum() > 1.3 * first.sum()
    np.testing.assert_array_equal(first, again)
    parts = np.sum(list(model.components(every).values()), axis=0)
    np.testing.assert_allclose(parts, other)
