"""What trees are told of a period: known values, and nothing from after the origin."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar, holiday_calendar
from pipeline.forecast.candidates.features import ORIGIN_FEATURES
from pipeline.forecast.pooled.beside import Covariate
from pipeline.forecast.pooled.group import group_of
from pipeline.forecast.pooled.group_view import GroupView, kept_view
from pipeline.forecast.pooled.series import Series, stamps_of
from pipeline.forecast.pooled.table import Surround, View

HOLIDAYS = holiday_calendar("ES", None, 2023, 2025)
FLAG = Covariate("promotion", is_flag=True)


def series_on(start: str, values: np.ndarray, **covariates: np.ndarray) -> Series:
    ds = pd.date_range(start, periods=len(values), freq="D")
    return Series(
        stamps=stamps_of(ds),
        values=values,
        prices=np.full(len(values), np.nan),
        frequency=Frequency(Unit.DAY),
        covariates=covariates,
    )


def seen(
    series: Series, origin: int, target: int, holidays: HolidayCalendar = HOLIDAYS
) -> dict[str, float]:
    covariates = (FLAG,) if series.covariates else ()
    view = View(series, Surround(holidays=holidays, covariates=covariates))
    names, table = view.table(np.array([origin]), np.array([target]))
    return dict(zip(names, table[0].tolist(), strict=True))


def test_the_past_is_described_as_it_looked_at_the_origin() -> None:
    weeks = np.tile(np.arange(7.0), 120)

    told = seen(series_on("2023-01-02", weeks), 700, 701)

    assert told["step"] == 2
    assert told["last_value"] == pytest.approx(weeks[699] / 3)
    assert told["level_middle"] == pytest.approx(1)
    assert told["week_last"] == told["week_long"] == pytest.approx(weeks[701] / 3)
    assert told["year_around"] == pytest.approx(1)
    assert told["year_same"] == pytest.approx(weeks[701] / 3)


def test_every_documented_feature_of_the_past_is_there() -> None:
    told = seen(series_on("2023-01-02", np.arange(400.0)), 380, 390)

    assert set(ORIGIN_FEATURES) <= set(told)


@pytest.mark.parametrize("step", [1, 7, 30, 364, 371])
def test_nothing_from_after_the_origin_is_told(step: int) -> None:
    random = np.random.default_rng(0)
    values = random.poisson(20, 900).astype(float)
    flags = (random.random(900) < 0.2).astype(float)
    other = values.copy()
    other[500:] = 999.0

    before = seen(series_on("2023-01-02", values, promotion=flags), 500, 499 + step)
    after = seen(series_on("2023-01-02", other, promotion=flags), 500, 499 + step)

    assert before == pytest.approx(after, nan_ok=True)


def test_unknown_days_are_no_zeros() -> None:
    values = np.full(200, 10.0)
    values[100:150] = np.nan

    told = seen(series_on("2023-01-02", values), 160, 160)

    assert told["level_short"] == told["level_middle"] == told["sold_share"] == 1


def test_a_named_holiday_is_known_by_what_it_did_before() -> None:
    ds = pd.date_range("2023-01-02", periods=800, freq="D")
    values = np.where((ds.month == 12) & (ds.day == 25), 30.0, 10.0)
    target = int((ds == pd.Timestamp("2024-12-25")).argmax())

    told = seen(series_on("2023-01-02", values), target - 5, target)

    assert told["holiday_effect"] == pytest.approx(3)
    assert np.isnan(seen(series_on("2023-01-02", values), 300, 340)["holiday_effect"])


def test_what_promotions_did_is_told_without_blurring_the_level() -> None:
    flags = np.tile([0.0] * 20 + [1.0] * 5, 20)
    values = np.where(flags > 0, 20.0, 10.0)

    told = seen(series_on("2023-01-02", values, promotion=flags), 400, 405)

    assert told["promotion: effect"] == pytest.approx(2)
    assert told["level_middle"] == pytest.approx(1)


def test_a_group_is_told_in_the_calendar_of_the_product() -> None:
    weekend = np.tile([1.0, 1, 1, 1, 1, 3, 3], 60)
    group = group_of(
        [series_on("2023-01-02", 5 * weekend), series_on("2023-01-02", weekend)],
        Frequency(Unit.DAY),
    )
    young = series_on("2024-02-05", np.full(10, 4.0))
    surround = Surround(holidays=HOLIDAYS, groups={"shop": GroupView(group, HOLIDAYS)})

    view = View(with_days_ahead(young, 10), surround)
    names, table = view.table(np.array([10, 10]), np.array([10, 12]))
    thursday, saturday = table[:, names.index("shop: usual")]

    assert saturday == pytest.approx(3 * thursday, rel=0.01)


def with_days_ahead(series: Series, days: int) -> Series:
    stamps = series.stamps[-1] + np.arange(1, days + 1) * np.timedelta64(1, "D")
    return replace(series, stamps=np.concatenate([series.stamps, stamps]))


def test_a_flag_that_is_mostly_on_leaves_the_usual_level_to_the_days_with_it() -> None:
    opened = np.tile([1.0] * 13 + [0.0], 30)
    values = np.where(opened > 0, 20.0, 2.0)
    series = series_on("2023-01-02", values, open=opened)
    covariates = (Covariate("open", is_flag=True, is_mostly_on=True),)

    view = View(series, Surround(holidays=HOLIDAYS, covariates=covariates))
    names, table = view.table(np.array([400, 400]), np.array([404, 405]))

    assert view.past.scale(np.array([400]))[0] == pytest.approx(20)
    assert (opened[404], opened[405]) == (1.0, 0.0)
    effects = np.exp(table[:, names.index("known_effect")])
    assert effects[0] == pytest.approx(1)
    assert effects[1] == pytest.approx(0.1, abs=0.05)


def test_a_price_counts_relative_to_that_of_usual_days() -> None:
    flags = np.tile([0.0] * 10 + [1.0] * 4, 30)
    prices = np.where(flags > 0, 3.0, 4.0)
    series = replace(
        series_on("2023-01-02", np.full(420, 10.0), promotion=flags, price=prices), prices=prices
    )

    told = seen(series, 400, 402)

    assert flags[402] == 1.0
    assert told["price_ratio"] == pytest.approx(0.75)


def test_a_group_is_prepared_once_for_the_same_holidays() -> None:
    group = group_of([series_on("2023-01-02", np.full(100, 5.0))] * 2, Frequency(Unit.DAY))
    same, other = holiday_calendar("ES", None, 2023, 2025), holiday_calendar("FR", None, 2023, 2025)

    assert kept_view(group, HOLIDAYS) is kept_view(group, same)
    assert kept_view(group, HOLIDAYS) is not kept_view(group, other)
