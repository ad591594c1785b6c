"""What a finished forecast is: numbers, where they come from, and a model to use again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import InvalidDataError
from pipeline.forecast.calendar.calendar_effects import CalendarEffects
from pipeline.forecast.calendar.closed_times import ClosedTimes
from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.calendar.occasions import Closure, closed_rows
from pipeline.forecast.candidates.candidate import PointForecaster, predict
from pipeline.forecast.history.outliers import Outlier
from pipeline.forecast.intervals.calibrate import QUANTILES, Calibration, Outlook
from pipeline.forecast.intervals.levels import require_levels
from pipeline.forecast.periods import PlainPeriods
from pipeline.forecast.selection.backtest import WindowScore
from pipeline.forecast.selection.incumbent import Comparison
from pipeline.forecast.selection.metrics import Metrics
from pipeline.forecast.unpickling import set_state

Values = NDArray[np.float64]

BOUNDED: Final = ("yhat", "yhat_lower", "yhat_upper")
BY_LEVEL: Final = tuple(map(str, QUANTILES))
"""Columns of a forecast, and of its quantiles, beside ``ds``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedForecaster:
    """A fitted model with its intervals. It can be pickled.

    ``ahead`` are the rows of its own forecast: ``ds``, ``step``, and what it assumes of each
    covariate. Nothing is sold in ``closures`` and at ``closed_times``. Without ``weights`` all
    members count alike. Beside the ``known`` covariates, members know the columns of ``effects``.
    """

    algorithm: str
    members: tuple[PointForecaster, ...]
    calibration: Calibration
    frequency: Frequency
    last: pd.Timestamp
    known: tuple[str, ...]
    ahead: pd.DataFrame
    closures: tuple[Closure, ...] = ()
    weights: tuple[float, ...] = ()
    closed_times: ClosedTimes = field(default_factory=ClosedTimes)
    effects: CalendarEffects | None = None

    def __setstate__(self, values: list[Any]) -> None:
        set_state(self, values)

    def predict(self, future: pd.DataFrame) -> pd.DataFrame:
        """Forecast the periods of ``future``.

        Parameters
        ----------
        future
            Column ``ds`` with time stamps after the last row of training, and every covariate that
            the model was trained with.

        Returns
        -------
        DataFrame
            Columns ``ds``, ``yhat``, ``yhat_lower``, ``yhat_upper``, in the order of ``future``.

        Raises
        ------
        InvalidDataError
            If a column is missing or a time stamp is not after the last row of training.
        """
        rows = self._rows(future)
        bounded = _bounded(self.calibration.outlook(*self._asked(rows)))
        return _sold(rows, BOUNDED, bounded, self._is_open(rows))

    def quantiles(self, future: pd.DataFrame, levels: Sequence[float] = QUANTILES) -> pd.DataFrame:
        """The quantities that stay unsold with no more than each probability.

        Parameters
        ----------
        future
            As in `predict`.
        levels
            Probabilities above 0 and below 1.

        Returns
        -------
        DataFrame
            Column ``ds``, and one named ``str(level)`` per level; columns never cross.

        Raises
        ------
        InvalidDataError
            As in `predict`.
        InvalidParameterError
            If a level is no probability.
        """
        require_levels(levels)
        rows = self._rows(future)
        made = self.calibration.quantiles(*self._asked(rows), levels)
        return _sold(rows, tuple(map(str, levels)), made, self._is_open(rows))

    def predict_in_full(self, future: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, Values]:
        """What `predict` and `quantiles` return, and what each period brings on average, for the
        time of one of them.
        """
        rows = self._rows(future)
        predicted, steps = self._asked(rows)
        outlook = self.calibration.outlook(predicted, steps, QUANTILES)
        is_open = self._is_open(rows)
        return (
            _sold(rows, BOUNDED, _bounded(outlook), is_open),
            _sold(rows, BY_LEVEL, outlook.quantiles, is_open),
            np.where(is_open, predicted, 0.0),
        )

    def _asked(self, rows: PlainPeriods) -> tuple[Values, NDArray[np.int64]]:
        """What the members expect of the rows, and how far ahead these are."""
        return self._predicted(rows), rows.steps

    def _predicted(self, rows: PlainPeriods) -> Values:
        weights = self.weights or (1 / len(self.members),) * len(self.members)
        made = [predict(member, rows) for member in self.members]
        return np.asarray(np.average(made, axis=0, weights=weights), dtype=np.float64)

    def _is_open(self, rows: PlainPeriods) -> NDArray[np.bool_]:
        closed = closed_rows(self.closures, rows.ds, self.frequency)
        return ~(closed | self.closed_times.at(rows.ds, self.frequency))

    def _rows(self, future: pd.DataFrame) -> PlainPeriods:
        missing = [name for name in ("ds", *self.known) if name not in future]
        if missing:
            raise InvalidDataError(
                f"Column {missing[0]} is missing; the model needs {', '.join(('ds', *self.known))}"
            )
        ds = pd.DatetimeIndex(future["ds"])
        steps = self.frequency.steps_after(self.last, ds)
        if not len(steps) or steps.min() < 1:
            raise InvalidDataError(
                f"Column ds must have time stamps, all at least one period after {self.last}"
            )
        return self.periods(ds, steps, {name: future[name].to_numpy() for name in self.known})

    def periods(
        self, ds: pd.DatetimeIndex, steps: NDArray[np.int64], known: Mapping[str, Values]
    ) -> PlainPeriods:
        """Periods as members know them, from the values of the covariates."""
        made = {} if self.effects is None else self.effects.columns(ds, known)
        return PlainPeriods(ds, steps, {**known, **made})


def _sold(
    rows: PlainPeriods, names: tuple[str, ...], table: Values, is_open: NDArray[np.bool_]
) -> pd.DataFrame:
    """Nothing while the shop is closed."""
    sold = pd.DataFrame(np.where(is_open[:, None], table, 0.0), columns=names, copy=False)
    sold.insert(0, "ds", rows.ds)
    return sold


def _bounded(outlook: Outlook) -> Values:
    return np.column_stack([outlook.point, outlook.lower, outlook.upper])


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastResult:
    """A forecast and everything that is known about it.

    Attributes
    ----------
    algorithm
        ``ensemble`` or a key of `CANDIDATES`.
    forecast
        Columns ``ds``, ``yhat``, ``yhat_lower``, ``yhat_upper``, one row per period of the horizon.
    means
        What each of these periods brings on average: ``yhat``, unless that is the median. Means
        add up over periods and products, medians do not.
    metrics, baseline_metrics
        Of the choice and of the seasonal naive forecast on the holdout: the newest window, which no
        scored model and no choice between models had seen.
    backtest
        A record per candidate and window.
    features
        Names of everything the candidates could use.
    training_data_points, validation_data_points
        Rows of the history, and scored rows of the holdout.
    outliers
        Quantities that were replaced before the final fit.
    degraded_reason
        Why a simpler model than intended was used, or None.
    data_digest
        SHA-256 of the validated frame.
    comparison
        The choice beside the deployed forecast on the same windows, where one was given.
    quantiles
        Column ``ds`` and one per level of `QUANTILES`, one row per period of the horizon.
    errors
        Columns ``ds`` and ``error`` (sold less expected on average) of the scored periods of the
        backtest.
    """

    algorithm: str
    forecast: pd.DataFrame
    metrics: Metrics
    baseline_metrics: Metrics
    backtest: tuple[WindowScore, ...]
    hyperparameters: dict[str, Any]
    features: tuple[str, ...]
    training_data_points: int
    validation_data_points: int
    frequency: str
    interval_width: float
    outliers: tuple[Outlier, ...]
    notes: tuple[str, ...]
    degraded_reason: str | None
    data_digest: str
    model: FittedForecaster
    library_versions: dict[str, str]
    training_seconds: float
    comparison: Comparison | None = None
    quantiles: pd.DataFrame = field(default_factory=pd.DataFrame)
    means: Values = field(default_factory=lambda: np.empty(0))
    errors: pd.DataFrame = field(default_factory=pd.DataFrame)
