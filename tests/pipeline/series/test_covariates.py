"""Columns that the table tells ahead: many of them, words, strange names, and those it does not."""

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import WrongColumnsError
from pipeline.series.calendar import Calendar, Unit
from pipeline.series.methods.method import Past
from pipeline.series.methods.useful import with_useful_covariates
from pipeline.table.kinds import check_columns
from pipeline.table.predict import predict_rows
from tests.pipeline.series.tables import forecast, told

DAYS, AHEAD = 214, 14


def table(effect: np.ndarray, **columns: object) -> pd.DataFrame:
    """Sales of 40 and an effect, with the last two weeks to be forecast."""
    sales = 40 + effect + np.random.default_rng(3).normal(0, 2, DAYS)
    return pd.DataFrame(
        {
            "date": pd.date_range("2024-01-01", periods=DAYS),
            **columns,
            "sales": np.where(np.arange(DAYS) < DAYS - AHEAD, sales, np.nan),
        }
    )


def some_days(share: float = 0.2) -> np.ndarray:
    return (np.random.default_rng(0).random(DAYS) < share).astype(float)


def test_of_forty_columns_the_engine_looks_at_those_that_tell_something() -> None:
    promoted = some_days()
    noise = np.random.default_rng(1).normal(size=(DAYS, 39))
    columns = {f"noise {place}": noise[:, place] for place in range(39)}
    frame = table(60 * promoted, **columns, promoted=promoted)
    result = forecast(frame, "sales", model_type="forecast_engine")
    assert result.algorithm == "forecast_engine"
    ahead = result.model.forecast(AHEAD)["prediction"]
    np.testing.assert_allclose(ahead, 40 + 60 * promoted[-AHEAD:], atol=12)


def test_what_is_useful_is_learned_from_the_past_alone() -> None:
    random = np.random.default_rng(2)
    noise = {f"noise {place}": random.normal(size=100) for place in range(12)}
    cause = random.normal(size=100)
    past = Past(
        actual=50 + 5 * cause + random.normal(0, 0.1, 100),
        first=0,
        calendar=Calendar(unit=Unit.DAY, step=1, origin=pd.Timestamp("2024-01-01")),
        season=7,
        signed=False,
        covariates={**noise, "cause": cause},
    )
    kept = with_useful_covariates(past, 3)
    assert "cause" in kept.covariates
    assert len(kept.covariates) == 3
    assert with_useful_covariates(past, 13) is past


def test_columns_that_are_sums_of_others_are_chosen_last() -> None:
    random = np.random.default_rng(2)
    first, second = random.normal(size=(2, 100))
    past = Past(
        actual=50 + 5 * first + 2 * second,
        first=0,
        calendar=Calendar(unit=Unit.DAY, step=1, origin=pd.Timestamp("2024-01-01")),
        season=7,
        signed=False,
        covariates={"copy": first, "first": first, "second": second, "still": np.ones(100)},
    )
    assert set(with_useful_covariates(past, 2).covariates) == {"copy", "second"}


def test_words_that_are_told_ahead_are_used() -> None:
    words = np.random.default_rng(4).choice(["fair", "market", "none"], DAYS, p=[0.1, 0.2, 0.7])
    effect = np.where(words == "fair", 80.0, np.where(words == "market", 30.0, 0.0))
    result = forecast(table(effect, event=words), "sales", model_type="forecast_engine")
    assert result.features == ("date", "event")
    assert "tells them ahead: 'event'" in told(result)
    ahead = result.model.forecast(AHEAD)["prediction"]
    np.testing.assert_allclose(ahead, 40 + effect[-AHEAD:], atol=12)


def test_a_row_to_predict_may_name_another_word_or_none() -> None:
    words = ["fair" if is_fair else None for is_fair in some_days() > 0]
    frame = table(np.where(some_days() > 0, 80.0, 0.0), event=words)
    result = forecast(frame, "sales", model_type="harmonic_regression")
    day = frame.tail(AHEAD).drop(columns="sales").iloc[[3]]
    check_columns(result, day.assign(event="fair"))
    fair, plain = (
        predict_rows(result, day.assign(event=word))["prediction"].iloc[0]
        for word in ("fair", "something new")
    )
    assert fair - plain == pytest.approx(80, abs=15)
    assumed = predict_rows(result, day.assign(event=None))["prediction"].iloc[0]
    assert assumed in (fair, plain)


@pytest.mark.parametrize("form", ["{:.1f} %", "{:.1f}", "$ {:,.2f}"])
@pytest.mark.parametrize("mark", [".", ","])
def test_numbers_that_are_written_as_text_are_numbers(form: str, mark: str) -> None:
    discount = np.random.default_rng(5).uniform(0, 30, DAYS).round(1)
    written = [form.format(one).replace(".", mark) for one in discount]
    result = forecast(table(2 * discount, off=written), "sales", model_type="harmonic_regression")
    assert result.features == ("date", "off")
    ahead = result.model.forecast(AHEAD)["prediction"]
    np.testing.assert_allclose(ahead, 40 + 2 * discount[-AHEAD:], atol=6)
    asked = pd.DataFrame({"date": [pd.Timestamp("2024-01-01") + pd.Timedelta(days=DAYS - 1)]})
    check_columns(result, asked.assign(off=written[0]))
    none, much = (
        predict_rows(result, asked.assign(off=form.format(off).replace(".", mark)))["prediction"][0]
        for off in (0, 30)
    )
    assert much - none == pytest.approx(60, abs=6)
    with pytest.raises(WrongColumnsError, match=r"'off'.*'much'.*a number"):
        check_columns(result, asked.assign(off="much"))


@pytest.mark.parametrize("name", ["quantity", "ds", "y", "step", "revenue", "stock", "trend"])
def test_no_name_of_a_column_is_mistaken_for_one_of_the_engine(name: str) -> None:
    promoted = some_days()
    frame = table(60 * promoted, **{name: promoted})
    for method in ("forecast_engine", "prophet_covariates"):
        result = forecast(frame, "sales", model_type=method, time_column="date")
        assert result.algorithm == method
        ahead = result.model.forecast(AHEAD)["prediction"]
        np.testing.assert_allclose(ahead, 40 + 60 * promoted[-AHEAD:], atol=20, err_msg=method)


def test_a_column_that_knows_the_future_is_no_use_where_only_its_past_is_told() -> None:
    frame = table(np.random.default_rng(7).normal(0, 10, DAYS)).head(DAYS - AHEAD)
    tomorrow = frame["sales"].shift(-1)
    plain, leaking = (
        forecast(one, "sales", model_type="forecast_engine", horizon=7)
        for one in (frame, frame.assign(tomorrow=tomorrow, today=frame["sales"]))
    )
    assert leaking.features == ("date",)
    assert "Not used" in told(leaking)
    assert leaking.metrics["mase"] == plain.metrics["mase"]
    pd.testing.assert_frame_equal(leaking.model.forecast(), plain.model.forecast())


def test_what_a_column_tells_of_the_periods_ahead_changes_no_figure_of_the_past() -> None:
    promoted = some_days()
    frame = table(60 * promoted, promoted=promoted)
    other = frame.copy()
    other.loc[other.index[-AHEAD:], "promoted"] = 1 - promoted[-AHEAD:]
    first, second = (forecast(one, "sales", model_type="forecast_engine") for one in (frame, other))
    assert first.metrics["mase"] == second.metrics["mase"]
    assert not first.model.forecast().equals(second.model.forecast())


def visits_and_sales(lag: int) -> pd.DataFrame:
    """Sales follow what wanders in ``visits``, so many days later; nothing is told ahead."""
    random = np.random.default_rng(11)
    wandering = np.convolve(random.normal(0, 1, 520), np.ones(6), "valid")[:500]
    sales = 60 + 8 * np.roll(wandering, lag) + random.normal(0, 1.5, 500)
    dates = pd.date_range("2023-01-01", periods=500)
    return pd.DataFrame({"date": dates, "visits": wandering, "sales": sales}).iloc[lag:]


def test_what_a_column_told_before_is_used_where_it_foretells_the_target() -> None:
    frame = visits_and_sales(lag=7)
    known = frame.head(len(frame) - 7)
    after = frame["sales"].tail(7).to_numpy()
    plain, helped = (
        forecast(one, "sales", model_type="forecast_engine", horizon=7)
        for one in (known.drop(columns="visits"), known)
    )
    assert "Used though the table tells only their past" in told(helped)
    assert "visits" not in helped.profile["dropped"]
    assert helped.features == ("date",)
    assert float(helped.metrics["mase"] or 0) < 0.9 * float(plain.metrics["mase"] or 0)
    off = [np.abs(one.model.forecast()["prediction"] - after).mean() for one in (plain, helped)]
    assert off[1] < off[0]
    asked = helped.model.forecast()[["date"]]
    assert predict_rows(helped, asked)["prediction"].notna().all()


def test_what_came_late_is_taken_to_have_come_as_late_in_all_tests() -> None:
    frame = visits_and_sales(lag=7)
    leaking = frame.assign(visits=frame["sales"].shift(-7))
    plain, late = (
        forecast(one, "sales", model_type="forecast_engine", horizon=7)
        for one in (frame.drop(columns="visits"), leaking)
    )
    assert float(late.metrics["mase"] or 0) > 0.9 * float(plain.metrics["mase"] or 0)


def test_a_rare_flag_that_is_not_told_ahead_counts_as_off_there() -> None:
    promoted = some_days(0.08)
    frame = table(60 * promoted, promoted=promoted).head(DAYS - AHEAD)
    result = forecast(frame, "sales", model_type="forecast_engine", horizon=AHEAD)
    far = result.model.forecast(3 * AHEAD)["prediction"]
    np.testing.assert_allclose(far, 40, atol=8)


def test_numbers_too_large_for_the_engine_do_not_keep_it_away() -> None:
    frame = table(np.zeros(DAYS)).head(DAYS - AHEAD)
    random = np.random.default_rng(5)
    large = {"phone": random.integers(10**13, 10**14, len(frame)), "any": random.normal(0, 1e300)}
    result = forecast(frame.assign(**large), "sales", model_type="forecast_engine", horizon=AHEAD)
    assert result.algorithm == "forecast_engine"
