"""The engine that is the prophet package itself."""

import logging
import tempfile
from pathlib import Path

import numpy as np
import pytest

from pipeline.forecast.candidates.candidate import FitFailureError, fit_candidate
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.structural.candidates import STRUCTURAL
from pipeline.forecast.structural.stan import fit_with_stan
from pipeline.forecast.structural.structure import Structure
from pipeline.forecast.train import train_forecast
from tests.pipeline.forecast.series import context_of, daily_sales, history_of
from tests.pipeline.forecast.structural.cases import daily

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:prophet")


@pytest.mark.parametrize("name", ["prophet", "prophet_multiplicative"])
def test_the_settings_of_a_forecast_choose_the_engine(name: str) -> None:
    history = history_of(daily_sales(120))
    exact, stans = (
        fit_candidate(STRUCTURAL[name], history, context_of(ForecastSpec(engine=engine)))
        for engine in ("exact", "stan")
    )
    future = history.ahead(100, 120)
    assert stans.predict(future) == pytest.approx(exact.predict(future), rel=0.05)
    assert not np.array_equal(stans.predict(future), exact.predict(future))


def test_little_time_is_no_reason_to_leave_out_what_stan_is_to_fit() -> None:
    made = train_forecast(daily_sales(60), ForecastSpec(budget="fast", engine="stan"))

    assert "prophet" in {record.algorithm for record in made.backtest}


def test_no_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is anything needed of a directory that an earlier task has taken away."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    case = daily(60)
    fit_with_stan(case.seen["ds"].to_numpy(), case.values, case.structure, level=logging.CRITICAL)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("value", [0.0, 3.0])
def test_what_never_changes_needs_no_search(value: float) -> None:
    times, values = daily(40).times[:40], np.full(40, value)
    model = fit_with_stan(times, values, Structure(), level=logging.CRITICAL)
    assert model.predict(daily(40).future) == pytest.approx(np.full(28, value))


def test_too_few_rows_are_refused() -> None:
    times, values = daily(30).times[:30], np.full(30, np.nan)
    with pytest.raises(FitFailureError, match="fewer than two values are known"):
        fit_with_stan(times, values, Structure(), level=logging.CRITICAL)
