"""What every method is: something fitted on the past of a series that forecasts periods ahead."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pipeline.forecast.candidates.candidate import FitFailureError
from pipeline.series.calendar import Calendar, Positions
from pipeline.series.methods.common import Common

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a method may see.

    Attributes
    ----------
    actual
        One value per period, missing where unknown.
    first
        The number of the first period.
    season
        Periods after which the pattern repeats, 1 if it does not.
    signed
        Whether values below 0 may come.
    covariates
        By name, one value per period and none missing.
    observed
        Columns of which nothing is known ahead: by name, what had been seen by the end of each
        period, missing before there was anything.
    horizon
        Periods that will be forecast.
    common
        What all series of the table have in common; None where nothing was learned of it.
    category
        What kind of series it is, where the table tells.
    """

    actual: Array
    first: int
    calendar: Calendar
    season: int
    signed: bool
    covariates: Mapping[str, Array]
    observed: Mapping[str, Array] = field(default_factory=dict)
    seed: int = 0
    horizon: int = 1
    common: Common | None = None
    category: str | None = None

    def __len__(self) -> int:
        return len(self.actual)

    @property
    def filled(self) -> Array:
        """The values, unknown ones interpolated."""
        known = np.isfinite(self.actual)
        if known.all():
            return self.actual
        places = np.arange(len(self.actual))
        return np.interp(places, places[known], self.actual[known])

    @property
    def has_values(self) -> bool:
        return bool(np.isfinite(self.actual).any())

    @property
    def is_positive(self) -> bool:
        return bool(np.nanmin(self.actual) > 0)

    @property
    def positions(self) -> Positions:
        return self.first + np.arange(len(self.actual), dtype=np.int64)

    def tail(self, rows: int) -> "Past":
        """The newest ``rows`` periods."""
        if rows >= len(self):
            return self
        return replace(
            self,
            actual=self.actual[-rows:],
            first=self.first + len(self) - rows,
            covariates={name: values[-rows:] for name, values in self.covariates.items()},
            observed={name: values[-rows:] for name, values in self.observed.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """Periods to forecast: their distance from the past, their numbers, and their covariates."""

    steps: Positions
    positions: Positions
    covariates: Mapping[str, Array]


class Fitted(Protocol):
    """A fitted method. It can be pickled; the value of a period does not depend on the others."""

    def predict(self, ahead: Ahead) -> Array: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A way to forecast.

    Attributes
    ----------
    title
        In the words of a message.
    fit
        Raises `FitFailureError`, or one of ``failures``, when it cannot.
    minimum_rows
        Fewer are not tried.
    most_rows
        It looks at no more than the newest ones.
    seconds
        What a fit on 1,000 rows may take at most, until one has been measured.
    is_applicable
        Whether it is made for such a past.
    """

    title: str
    fit: Callable[[Past], Fitted]
    minimum_rows: int = 1
    most_rows: int = 50_000
    seconds: float = 0.0
    is_applicable: Callable[[Past], bool] = lambda _past: True
    failures: tuple[type[Exception], ...] = ()


def fit_method(method: Method, past: Past) -> Fitted:
    """The fitted method, or `FitFailureError`."""
    newest = past.tail(method.most_rows)
    if not newest.has_values:
        raise FitFailureError(f"none of the newest {len(newest):,} values is known")
    try:
        return method.fit(newest)
    except method.failures as error:
        raise FitFailureError(f"{type(error).__name__}: {error}") from error


def forecast(fitted: Fitted, ahead: Ahead, *, signed: bool) -> Array:
    """One finite value per period ahead, not below 0 unless ``signed``; or `FitFailureError`."""
    values = np.asarray(fitted.predict(ahead), dtype=np.float64)
    if not np.isfinite(values).all():
        raise FitFailureError("the forecast has values that are not finite")
    return values if signed else np.maximum(values, 0.0)
