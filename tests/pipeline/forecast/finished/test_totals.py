"""Totals of products that were trained at different times, with different settings."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pipeline.errors import InvalidDataError
from pipeline.forecast.finished.totals import SeriesForecast, panel_of, totals_of

DAY = np.timedelta64(1, "D")
FIRST = np.datetime64("2026-03-01", "us")


def series(name: str, category: str | None = "Bread", **changes: Any) -> SeriesForecast:
    """Ten days of 10 a day, ±1.96; its backtest was off by 1 up and down."""
    ds = FIRST + np.arange(changes.pop("days", 10)) * DAY
    made = SeriesForecast(
        key=name,
        name=name,
        category=category,
        frequency="daily",
        interval_width=0.95,
        ds=ds,
        expected=np.full(len(ds), 10.0),
        lower=np.full(len(ds), 10 - 1.959964),
        upper=np.full(len(ds), 10 + 1.959964),
        error_ds=FIRST - np.arange(40, 0, -1) * DAY,
        errors=np.tile([1.0, -1.0], 20),
    )
    return replace(made, **changes)


def test_everything_comes_first_and_then_the_categories() -> None:
    products = [series("bun"), series("roll"), series("tart", "Cake"), series("bag", None)]
    totals = totals_of(panel_of(products), interval_width=0.95)
    named = [(one.group.category, len(one.group.members)) for one in totals]
    assert named == [(None, 4), ("Bread", 2), ("Cake", 1)]
    assert [one.forecast["yhat"].iloc[0] for one in totals] == [40.0, 20.0, 10.0]


def test_a_category_of_one_product_has_its_interval() -> None:
    (_, total) = totals_of(panel_of([series("bun")]), interval_width=0.95)
    assert total.forecast["yhat_lower"].to_numpy() == pytest.approx(10 - 1.959964)
    narrower = totals_of(panel_of([series("bun")]), interval_width=0.8)[1].forecast
    assert narrower["yhat_upper"].to_numpy() == pytest.approx(10 + 1.281552)


def test_products_that_miss_together_make_wide_totals() -> None:
    opposed = series("roll", errors=np.tile([1.0, -1.0], 20) * np.repeat([1, -1, 1, -1], 10))
    together = totals_of(panel_of([series("bun"), series("roll")]), interval_width=0.95)[0]
    apart = totals_of(panel_of([series("bun"), opposed]), interval_width=0.95)[0]
    assert together.forecast["yhat_upper"].iloc[0] == pytest.approx(20 + 2 * 1.959964)
    assert apart.forecast["yhat_upper"].iloc[0] == pytest.approx(20 + np.sqrt(2) * 1.959964)


def test_what_sells_in_lumps_is_added_up_by_its_mean() -> None:
    """Its forecast of 2 a day is right on nine days of ten; on the tenth it sells 22."""
    lumpy = series(
        "cake",
        None,
        expected=np.full(10, 2.0),
        errors=np.tile(np.repeat([0.0, 20.0], [9, 1]), 4),
        upper=np.repeat([22.0, 0.0], [8, 2]),
    )

    total = totals_of(panel_of([lumpy]), interval_width=0.95)[0].forecast["yhat"]

    assert total.to_numpy()[:8] == pytest.approx(4.0)
    assert total.to_numpy()[8:] == pytest.approx(2.0)


@pytest.mark.parametrize(
    "errors",
    [np.tile([3.0, 4.0], 20), np.tile([-3.0, -4.0], 20), np.repeat([0.0, 3.0], [39, 1]), []],
    ids=["always too low", "always too high", "one lump", "none known"],
)
def test_other_errors_do_not_move_a_total(errors: Any) -> None:
    moved = series(
        "bun",
        None,
        errors=np.asarray(errors, float),
        error_ds=FIRST - np.arange(len(errors), 0, -1) * DAY,
    )

    total = totals_of(panel_of([moved]), interval_width=0.95)[0].forecast["yhat"]

    assert total.to_numpy() == pytest.approx(10.0)


def test_they_reach_from_the_newest_begin_to_the_first_end() -> None:
    newer = series("roll", ds=FIRST + 3 * DAY + np.arange(10) * DAY)
    panel = panel_of([series("bun"), newer])
    assert (panel.ds[0], panel.ds[-1]) == (FIRST + 3 * DAY, FIRST + 9 * DAY)


def test_what_does_not_fit_in_is_left_out_with_its_reason() -> None:
    stale = series("stale", ds=FIRST - 30 * DAY + np.arange(10) * DAY)
    monthly = series("monthly", frequency="monthly")
    panel = panel_of([series("bun"), series("roll"), stale, monthly])
    reasons = {one.name: one.reason for one in panel.left_out}
    assert [one.name for one in panel.series] == ["bun", "roll"]
    assert reasons["stale"] == "Its forecast ends before 2026-03-01; train it again"
    assert reasons["monthly"] == "Its forecast is monthly, not daily"


def test_the_order_of_the_products_changes_nothing() -> None:
    products = [series("bun", errors=np.sin(np.arange(40.0))), series("tart", "Cake")]
    one, other = (
        totals_of(panel_of(order), interval_width=0.9) for order in (products, products[::-1])
    )
    for left, right in zip(one, other, strict=True):
        assert left.forecast.to_numpy()[:, 1:] == pytest.approx(right.forecast.to_numpy()[:, 1:])


def test_totals_that_were_forecast_themselves_are_reconciled() -> None:
    misses = np.random.default_rng(1).normal(size=(5, 40))
    bun, tart, *totals = (
        series(name, category, errors=errors)
        for name, category, errors in zip("abcde", ["Bread", "Cake", *"cde"], misses, strict=True)
    )
    panel = panel_of([bun, tart])
    own = [replace(totals[0], expected=np.full(10, 26.0)), *totals[1:]]
    everything, bread, cake = totals_of(panel, interval_width=0.95, own=own)
    assert 20 < everything.forecast["yhat"].iloc[0] < 26
    added = bread.forecast["yhat"] + cake.forecast["yhat"]
    assert everything.forecast["yhat"].to_numpy() == pytest.approx(added.to_numpy())


def test_without_any_forecast_there_is_no_total() -> None:
    with pytest.raises(InvalidDataError, match="train the products"):
        panel_of([])
