"""Our fit beside the prophet package on the same series."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from pipeline.forecast.structural.conversion import to_prophet
from pipeline.forecast.structural.fit import lay_out
from pipeline.forecast.structural.layout import log_posterior
from pipeline.forecast.structural.model import Rows, StructuralModel
from pipeline.forecast.structural.stan import fit_with_stan
from tests.pipeline.forecast.structural.cases import CASES, Case

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:prophet")

# Where Stan stops farther from the mode than this, in units of the log density, its forecast says
# little about ours; trend and year, of which one can stand in for the other, part even sooner.
REACHED, NEAR = 1.0, 0.1


@dataclass(frozen=True)
class Pair:
    """The same series fitted by both."""

    case: Case
    ours: StructuralModel
    stans: StructuralModel

    def densities(self) -> tuple[float, float]:
        rows = Rows.of(self.case.seen, self.case.structure)
        layout = lay_out(rows, self.case.values, self.case.structure, self.ours.scales)
        return log_posterior(layout, self.ours.mode), log_posterior(layout, self.stans.mode)


@pytest.fixture(scope="module", params=CASES.values(), ids=CASES)
def pair(request: pytest.FixtureRequest) -> Pair:
    case = request.param()
    seen = Rows.of(case.seen, case.structure)
    stans = fit_with_stan(seen.times, case.values, case.structure, seen.regressors, level=50)
    return Pair(case, case.fit(), stans)


def test_our_mode_is_no_less_probable(pair: Pair) -> None:
    ours, stans = pair.densities()
    assert ours >= stans - 1e-4


def test_forecasts_agree_where_stan_reached_the_mode(pair: Pair) -> None:
    ours, stans = pair.densities()
    future, mean = pair.case.future, np.nanmean(pair.case.values)
    difference = np.abs(pair.ours.predict(future) - pair.stans.predict(future))
    assert difference.max() <= (0.02 if ours - stans < REACHED else 0.2) * mean


def test_components_agree_where_stan_reached_the_mode(pair: Pair) -> None:
    ours, stans = pair.densities()
    tolerance = 0.02 if ours - stans < NEAR else 0.2
    mean = np.nanmean(pair.case.values)
    theirs = pair.stans.components(pair.case.future)
    for name, part in pair.ours.components(pair.case.future).items():
        assert np.abs(part - theirs[name]).max() <= tolerance * mean, name


def test_the_package_forecasts_the_same_from_our_parameters(pair: Pair) -> None:
    """So columns, scales and trend are laid out exactly alike."""
    prophet = to_prophet(pair.ours)
    prophet.uncertainty_samples = 0
    forecast = prophet.predict(pair.case.future)

    assert pair.ours.predict(pair.case.future) == pytest.approx(forecast["yhat"].to_numpy())
    parts = pair.ours.components(pair.case.future)
    assert parts["level"] + parts["trend"] == pytest.approx(forecast["trend"].to_numpy())
    assert _added(parts) == pytest.approx(_added_by_prophet(forecast), abs=1e-8)


def test_components_add_up_to_the_forecast(pair: Pair) -> None:
    parts = pair.ours.components(pair.case.future)
    assert sum(parts.values()) == pytest.approx(pair.ours.predict(pair.case.future))


def _added(parts: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """What comes to the trend."""
    rest = [part for name, part in parts.items() if name not in ("level", "trend")]
    return np.sum(rest, axis=0) if rest else np.zeros(len(parts["level"]))


def _added_by_prophet(forecast: pd.DataFrame) -> NDArray[np.float64]:
    factor = forecast["multiplicative_terms"] * forecast["trend"]
    return (forecast["additive_terms"] + factor).to_numpy()
