"""Panels: repeatable, complete, and cut without a look ahead."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.forecast.panel import OFFSETS, Panel, splits
from benchmarks.forecast.sets import MAKERS, panels, read_panel
from benchmarks.forecast.systems.task import CLOSED, read_task, task_of, write_task

PRODUCTS = 5
TERMS = {"budget": "fast", "seconds": 1.0, "seed": 0}


@pytest.fixture(scope="module", params=MAKERS)
def panel(request: pytest.FixtureRequest) -> Panel:
    return MAKERS[request.param](PRODUCTS, 3)


def test_a_seed_gives_the_same_panel_and_another_one_another(panel: Panel) -> None:
    make = MAKERS[panel.name]
    pd.testing.assert_frame_equal(make(PRODUCTS, 3).frame, panel.frame)
    other = make(PRODUCTS, 4).frame
    assert not other[["series", "y"]].equals(panel.frame[["series", "y"]])


def test_every_series_has_a_row_for_each_period(panel: Panel) -> None:
    assert panel.frame["series"].nunique() == PRODUCTS
    for _, rows in panel.frame.groupby("series"):
        regular = pd.date_range(
            rows["ds"].iloc[0], rows["ds"].iloc[-1], freq=OFFSETS[panel.frequency]
        )
        assert rows["ds"].tolist() == regular.tolist()


def test_values_and_covariates_are_known_and_not_negative(panel: Panel) -> None:
    values = panel.frame[["y", *panel.covariates]].to_numpy(dtype=float)
    assert np.isfinite(values).all()
    assert (panel.frame["y"] >= 0).all()


def test_splits_follow_each_other_and_never_overlap(panel: Panel) -> None:
    newest, older = splits(panel, 2)
    for cut in (newest, older):
        assert cut.train["ds"].max() < cut.future["ds"].min()
        assert (cut.future.groupby("series").size() == panel.horizon).all()
        assert set(cut.future["series"]) == set(cut.train["series"])
    assert older.future["ds"].max() < newest.future["ds"].min()


def test_a_task_tells_nothing_of_the_values_to_forecast(panel: Panel, tmp_path: Path) -> None:
    cut = splits(panel, 1)[0]
    write_task(task_of(cut, **TERMS), tmp_path)
    told = read_task(tmp_path)
    assert "y" not in told.future
    assert "scored" not in {*told.future, *told.train}
    assert told.train["ds"].max() < told.future["ds"].min()


def test_planned_closures_are_told_to_everybody() -> None:
    cut = splits(MAKERS["disruptions"](PRODUCTS, 3), 1)[0]
    task = task_of(cut, **TERMS)
    assert CLOSED in task.covariates
    assert task.train.loc[task.train[CLOSED] == 1, "y"].eq(0).all()
    assert not cut.train.loc[task.train[CLOSED] == 1, "scored"].any()


def test_half_of_the_births_are_two_to_eight_weeks_old() -> None:
    cut = splits(MAKERS["births"](20, 3), 1)[0]
    ages = cut.train.groupby("series").size()
    assert (ages.between(14, 56)).sum() == 10


def test_a_file_of_ones_own_becomes_a_panel(tmp_path: Path) -> None:
    path = tmp_path / "bread.daily.7.FR.parquet"
    days = pd.date_range("2024-01-01", periods=60)
    sold = pd.DataFrame(
        {"date": days, "product_id": "loaf", "quantity": 3, "revenue": 9.0, "promotion": 0}
    )
    sold.drop(index=10).to_parquet(path)
    panel = read_panel(path, 10, 0)
    assert (panel.name, panel.frequency, panel.horizon, panel.country) == (
        "bread",
        "daily",
        7,
        "FR",
    )
    assert panel.covariates == ("promotion",)
    assert panel.frame["y"].tolist() == [3.0] * 10 + [0.0] + [3.0] * 49


def test_sets_are_chosen_by_name() -> None:
    assert [panel.name for panel in panels(["weekly", "monthly"], None, 2, 0)] == [
        "weekly",
        "monthly",
    ]
