"""The deployed forecast beside a new one: both scored on the very windows of one backtest.

What is scored is the deployed way to forecast (its methods and settings), taught anew before each
window, so that both know the same sales. Beside it stands what the deployed model itself said about
the sales that have come in since it was trained.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.candidates.known import CANDIDATES
from pipeline.forecast.history.notes import METHODS
from pipeline.forecast.phases import RANGES, ForecastPhase
from pipeline.forecast.selection.backtest import Backtest, Forecasts, forecast_window
from pipeline.forecast.selection.choice import Choice, combined
from pipeline.forecast.selection.metrics import score
from pipeline.forecast.selection.windows import Window
from pipeline.forecast.spec import ForecastSpec
from pipeline.progress import Progress, ProgressCallback

TOLERANCE = 0.02
"""A share by which an error may be higher without being worse, however sure the difference is."""

CONFIDENCE = 0.95
LEAST_BLOCKS = 4

SETTINGS = (
    "daily_seasonality",
    "weekly_seasonality",
    "yearly_seasonality",
    "changepoint_prior_scale",
    "engine",
)
"""The settings of a forecast that change how one and the same method works: those of Prophet."""

_WITH_SETTINGS = frozenset(
    {"prophet", "prophet_covariates", "prophet_multiplicative", "prophet_tuned"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incumbent:
    """What is deployed.

    Attributes
    ----------
    algorithm, members, weights
        As in `Choice`; models of former versions have no weights: all members count alike.
    settings
        Those of `SETTINGS` that it was trained with; the others are taken from the new training.
    forecast
        Columns ``ds`` and ``yhat``: what it foretold when it was trained.
    """

    algorithm: str
    members: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    forecast: pd.DataFrame | None = None
    weights: tuple[float, ...] = ()

    @property
    def shares(self) -> dict[str, float]:
        """The weight of each member."""
        weights = self.weights or (1.0,) * len(self.members)
        total = sum(weights)
        return {name: weight / total for name, weight in zip(self.members, weights, strict=True)}


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPair:
    """Mean absolute errors of both in one window; ``origin`` is the last time stamp they knew."""

    origin: pd.Timestamp
    rows: int
    is_holdout: bool
    challenger_mae: float | None
    incumbent_mae: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesSince:
    """Sales that the deployed model had not seen, with what it foretold when it was trained, and
    what the new one foretells of them in the backtest.
    """

    first: pd.Timestamp
    last: pd.Timestamp
    rows: int
    challenger_mae: float | None
    incumbent_mae: float | None
    challenger_wape: float | None
    incumbent_wape: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Which of two ways to forecast did better on the same windows.

    Attributes
    ----------
    challenger, incumbent
        Algorithms.
    challenger_error, incumbent_error
        Mean absolute error over all scored rows of all windows, in units of the in-sample error of
        the seasonal naive forecast; None where the incumbent could not be scored.
    difference
        How much higher the challenger's error is, as a share of the incumbent's.
    margin
        Up to this difference the challenger is not worse: `TOLERANCE`, or what chance explains.
    is_worse
        Whether the difference is above the margin.
    not_scored
        Why the incumbent could not be scored, or None.
    """

    challenger: str
    incumbent: str
    challenger_error: float | None = None
    incumbent_error: float | None = None
    difference: float | None = None
    margin: float | None = None
    is_worse: bool = False
    not_scored: str | None = None
    windows: tuple[WindowPair, ...] = ()
    since: SalesSince | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedIncumbent:
    """The incumbent, and what its way to forecast said about every window, or why nothing."""

    incumbent: Incumbent
    forecasts: Forecasts = field(default_factory=dict)
    not_scored: str | None = None


def settings_of(spec: ForecastSpec) -> dict[str, Any]:
    """What to remember of a training, to score its way to forecast later."""
    return {name: getattr(spec, name) for name in SETTINGS}


def try_incumbent(
    backtest: Backtest, incumbent: Incumbent, context: FitContext, on_progress: ProgressCallback
) -> TriedIncumbent:
    """Let the incumbent's way to forecast speak about the windows of a backtest.

    What was tested with the same settings is not fitted again. Progress is reported before each
    fit.
    """
    unknown = [name for name in incumbent.members if name not in CANDIDATES]
    if unknown or not incumbent.members:
        why = f"this version has no method {', '.join(unknown) or incumbent.algorithm}"
        return TriedIncumbent(incumbent=incumbent, not_scored=why)
    spec = replace(context.spec, **incumbent.settings)
    again = backtest.of_its_own(
        {name: made for name, made in backtest.forecasts.items() if _is_like(name, spec, context)}
    )
    context, told = replace(context, spec=spec), _at_the_end_of_the_tests(on_progress)
    for window in again.windows:
        forecast_window(again, window, incumbent.members, context, told, (1.0, 0.0))
    failed = again.unsuited | again.failures
    if failed:
        why = "; ".join(f"{METHODS[name]}: {reason}" for name, reason in failed.items())
        return TriedIncumbent(incumbent=incumbent, not_scored=why)
    made = combined(again.forecasts, incumbent.shares)
    return TriedIncumbent(incumbent=incumbent, forecasts=made)


def compare(backtest: Backtest, challenger: Choice, tried: TriedIncumbent) -> Comparison:
    """The challenger and the incumbent on the windows of one backtest."""
    incumbent = tried.incumbent
    outline = Comparison(
        challenger=challenger.algorithm,
        incumbent=incumbent.algorithm,
        since=_since(backtest, challenger.forecasts, incumbent.forecast),
    )
    if tried.not_scored is not None:
        return replace(outline, not_scored=tried.not_scored)
    errors = _paired_errors(backtest, challenger.forecasts, tried.forecasts)
    if not len(errors):
        return replace(outline, not_scored="no quantity of the newest sales is known")
    challenger_error, incumbent_error = map(float, errors.mean(axis=0))
    difference = challenger_error - incumbent_error
    margin = max(TOLERANCE * incumbent_error, _chance(backtest, errors))
    return replace(
        outline,
        challenger_error=challenger_error,
        incumbent_error=incumbent_error,
        difference=_share(difference, incumbent_error),
        margin=_share(margin, incumbent_error),
        is_worse=difference > margin,
        windows=tuple(
            _pair(backtest, window, challenger.forecasts, tried.forecasts)
            for window in backtest.windows
        ),
    )


def _is_like(name: str, wanted: ForecastSpec, context: FitContext) -> bool:
    """Whether a method works as the incumbent's did."""
    return name not in _WITH_SETTINGS or wanted == context.spec


def _at_the_end_of_the_tests(on_progress: ProgressCallback) -> ProgressCallback:
    end = RANGES[ForecastPhase.BACKTEST][1]

    def told(progress: Progress) -> None:
        on_progress(replace(progress, percentage=float(end)))

    return told


def _paired_errors(
    backtest: Backtest, challenger: Forecasts, incumbent: Forecasts
) -> NDArray[np.float64]:
    """Scaled absolute errors of both (columns) on every scored row, in time order."""
    pairs = []
    for window in backtest.windows:
        actual = backtest.history.actual[window.origin : window.stop]
        known = np.isfinite(actual)
        made = [forecasts[window.number][: len(actual)] for forecasts in (challenger, incumbent)]
        errors = np.abs(np.stack(made, axis=1) - actual[:, None])[known]
        pairs.append(errors / (backtest.scale(window) or 1.0))
    return np.concatenate(pairs)


def _chance(backtest: Backtest, errors: NDArray[np.float64]) -> float:
    """How much higher the mean error may be by chance alone: a one-sided paired t-test.

    Neighbouring rows err together, so whole seasons (weeks of daily rows) are the observations
    wherever there are enough of them (Diebold and Mariano 1995, in blocks).
    """
    differences = errors[:, 0] - errors[:, 1]
    number = len(differences) // backtest.history.season
    if number >= LEAST_BLOCKS:
        differences = np.array([block.mean() for block in np.array_split(differences, number)])
    if len(differences) < 2:
        return 0.0
    spread = float(differences.std(ddof=1)) / math.sqrt(len(differences))
    quantile = float(stdtrit(len(differences) - 1, CONFIDENCE))
    return quantile * spread


def _pair(
    backtest: Backtest, window: Window, challenger: Forecasts, incumbent: Forecasts
) -> WindowPair:
    return WindowPair(
        origin=backtest.history.ds[window.origin - 1],
        rows=window.stop - window.origin,
        is_holdout=window.is_holdout,
        challenger_mae=backtest.metrics(challenger, window)["mae"],
        incumbent_mae=backtest.metrics(incumbent, window)["mae"],
    )


def _since(
    backtest: Backtest, challenger: Forecasts, foretold: pd.DataFrame | None
) -> SalesSince | None:
    """None where no sales have come in, or none that the backtest covers."""
    if foretold is None or foretold.empty:
        return None
    history = backtest.history
    if foretold["ds"].min() > history.ds[-1]:
        return None
    tested = pd.concat(
        pd.DataFrame(
            {
                "ds": history.ds[window.origin : window.stop],
                "actual": history.actual[window.origin : window.stop],
                "tested": challenger[window.number][: window.stop - window.origin],
            }
        )
        for window in backtest.windows
    )
    both = tested.merge(foretold[["ds", "yhat"]], on="ds").dropna()
    if both.empty:
        return None
    actual = both["actual"].to_numpy()
    new = score(actual, both["tested"].to_numpy(), scale=1.0)
    old = score(actual, both["yhat"].to_numpy(), scale=1.0)
    return SalesSince(
        first=both["ds"].iloc[0],
        last=both["ds"].iloc[-1],
        rows=len(both),
        challenger_mae=new["mae"],
        incumbent_mae=old["mae"],
        challenger_wape=new["wape"],
        incumbent_wape=old["wape"],
    )


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole > 0 else None
