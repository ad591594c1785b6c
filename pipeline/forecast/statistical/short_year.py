"""The year of methods that know none, where too little of it was seen to tell a year by others.

With one to two years of days or weeks the waves of the year are those of the Poisson regression,
which its penalty keeps small where they say little. Without them a method that knows no year
carries the level of spring on into a summer that brought half as much again the year before.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.frequency import Frequency, Unit
from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar
from pipeline.forecast.candidates.candidate import FitContext
from pipeline.forecast.candidates.poisson import fit_poisson, has_sales, year_columns
from pipeline.forecast.history.prepared import History

Array = NDArray[np.float64]

_DAYS_OF_TODAY = 28
_UNITS = frozenset({Unit.DAY, Unit.WEEK})


@dataclass(frozen=True, slots=True)
class ShortYear:
    """How much dates bring beside the newest four weeks: ``exp(waves @ coefficients - today)``."""

    frequency: Frequency
    holidays: HolidayCalendar
    coefficients: Array
    today: float = 0.0

    def factors(self, ds: pd.DatetimeIndex) -> Array:
        """One above 0 for each date."""
        return np.asarray(np.exp(self._waves(ds) - self.today))

    @classmethod
    def of(cls, history: History, context: FitContext) -> "ShortYear | None":
        """None where the year cannot be tested, is not wanted, or rows are hours or months."""
        is_wanted = context.models_year and context.spec.yearly_seasonality
        if not (is_wanted and history.frequency.unit in _UNITS and has_sales(history, context)):
            return None
        coefficients = fit_poisson(history, context).year
        year = cls(history.frequency, context.holidays, coefficients)
        newest = round(_DAYS_OF_TODAY / history.frequency.days(1))
        today = float(year._waves(history.ds[-newest:]).mean())
        return replace(year, today=today)

    def _waves(self, ds: pd.DatetimeIndex) -> Array:
        return year_columns(ds, self.frequency, self.holidays) @ self.coefficients
