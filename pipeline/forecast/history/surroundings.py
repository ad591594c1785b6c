"""What happens around a shop (weather, traffic): observed in the past, forecast for some days, and
only usual beyond them.

A backtest may not use what was observed after its origin. There a forecast is simulated: as far
as the service forecasts today, with a skill that falls with the distance, then the usual values.
So a candidate is scored with what it will have when it is used.
"""

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import InvalidDataError
from pipeline.forecast.calendar.frequency import Frequency
from pipeline.forecast.history.climatology import Climatology, Rhythm, fit_climatology

MIN_OBSERVED_SHARE = 0.5
SKILL_DAYS, SKILL_FALL = 12, 1.5
"""After so many days a forecast of the weather tells no more than the season does; before, its
correlation with what comes falls as 1 − (days / 12)^1.5: 0.98, after 5 days 0.73, after 10 0.24.
"""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Daily values from outside.

    Attributes
    ----------
    frame
        Column ``ds`` (days, no duplicates), and a numeric one for each name in ``rhythms``;
        observed in the past, forecast after today, missing where nothing is known.
    rhythms
        What each column mostly depends on.
    """

    frame: pd.DataFrame
    rhythms: Mapping[str, Rhythm]

    def __post_init__(self) -> None:
        missing = [name for name in ("ds", *self.rhythms) if name not in self.frame]
        if missing:
            raise InvalidDataError(f"The surroundings lack the column {missing[0]}")


@dataclass(frozen=True, slots=True)
class Laid:
    """One column on the calendar of a history: observed rows, forecast rows after them."""

    observed: Values
    forecast: Values


@dataclass(frozen=True, slots=True)
class Outlook:
    """How columns from outside are known ahead: for ``reach`` rows forecast, then only usual."""

    rhythms: Mapping[str, Rhythm] = field(default_factory=dict)
    reach: Mapping[str, int] = field(default_factory=dict)

    def of(self, names: Collection[str]) -> "Outlook":
        """That of some columns only."""
        kept = [name for name in self.rhythms if name in names]
        return Outlook(
            {name: self.rhythms[name] for name in kept}, {name: self.reach[name] for name in kept}
        )

    def seen_from(
        self,
        columns: Mapping[str, Values],
        ds: pd.DatetimeIndex,
        origin: int,
        frequency: Frequency,
    ) -> dict[str, Values]:
        """What was known at row ``origin`` of the rows from there on: a forecast, then usual ones.

        The simulated forecast of a row correlates with what was observed by the skill of its
        distance, and is as cautious as a good forecast is: what it says is what is to be expected.
        """
        known = {}
        for name, rhythm in self.rhythms.items():
            values = columns[name]
            usual = fit_climatology(ds[:origin], values[:origin], rhythm)
            skill = _skill(len(ds) - origin, self.reach[name], frequency)
            known[name] = _simulated(name, ds[origin:], values[origin:], usual, skill)
        return known

    def expected(
        self,
        columns: Mapping[str, Values],
        ds: pd.DatetimeIndex,
        ahead: pd.DatetimeIndex,
        forecast: Mapping[str, Values],
    ) -> dict[str, Values]:
        """The service's own forecast as far as it reaches, then usual values."""
        known = {}
        for name, rhythm in self.rhythms.items():
            usual = fit_climatology(ds, columns[name], rhythm).at(ahead)
            known[name] = np.where(np.isfinite(forecast[name]), forecast[name], usual)
        return known


def lay_surroundings(
    surroundings: Surroundings,
    grid: pd.DatetimeIndex,
    ahead: pd.DatetimeIndex,
    frequency: Frequency,
) -> dict[str, Laid]:
    """Daily values as means over the periods of a history, without columns of no use.

    A column is left out if it is missing in half of the history or never changes there. Gaps are
    filled with usual values.
    """
    periods = pd.DatetimeIndex(grid.append(ahead))
    laid = {}
    for name, values in values_on(surroundings, periods, frequency).items():
        rhythm = surroundings.rhythms[name]
        observed, forecast = values[: len(grid)], values[len(grid) :]
        known = np.isfinite(observed)
        if known.mean() < MIN_OBSERVED_SHARE or np.ptp(observed[known]) == 0:
            continue
        usual = fit_climatology(grid, observed, rhythm).at(grid)
        laid[name] = Laid(np.where(known, observed, usual), forecast)
    return laid


def values_on(
    surroundings: Surroundings, periods: pd.DatetimeIndex, frequency: Frequency
) -> dict[str, Values]:
    """Daily values as means over periods, missing where nothing is known."""
    daily = surroundings.frame.set_index("ds").sort_index()
    return {name: _on_periods(daily[name], periods, frequency) for name in surroundings.rhythms}


def outlook_of(laid: Mapping[str, Laid], rhythms: Mapping[str, Rhythm]) -> Outlook:
    """How far each column is forecast: up to its first row without a value."""
    reach = {
        name: int(np.argmax(np.append(~np.isfinite(column.forecast), True)))
        for name, column in laid.items()
    }
    return Outlook({name: rhythms[name] for name in laid}, reach)


def _on_periods(column: pd.Series, periods: pd.DatetimeIndex, frequency: Frequency) -> Values:
    """The value of the day, or the mean over the days of a longer period."""
    if frequency.is_daily_or_finer:
        return np.asarray(column.reindex(periods.normalize()).to_numpy(), dtype=np.float64)
    stop = frequency.ends(periods[-1:])[0]
    known = column[(column.index >= periods[0]) & (column.index < stop)].dropna()
    owner = np.searchsorted(periods.to_numpy(), known.index.to_numpy(), side="right") - 1
    return np.asarray(known.groupby(owner).mean().reindex(range(len(periods))), dtype=np.float64)


def _skill(rows: int, reach: int, frequency: Frequency) -> Values:
    """The correlation with what is observed, by distance."""
    steps = np.arange(1, rows + 1)
    days = np.array([frequency.days(int(step)) for step in steps], dtype=np.float64)
    return np.where(steps <= reach, 1 - np.minimum(days / SKILL_DAYS, 1.0) ** SKILL_FALL, 0.0)


def _simulated(
    name: str, ds: pd.DatetimeIndex, observed: Values, usual: Climatology, skill: Values
) -> Values:
    """``usual + skill² · (observed − usual) + skill · √(1 − skill²) · noise``.

    With noise as large as the usual spread, the correlation with what is observed is the skill,
    and the variance of the forecast is skill² times that of the observations: the best linear
    forecast of that skill (as in Murphy 1988). The noise depends on name and day alone.
    """
    middle = usual.at(ds)
    first = int(ds[0].timestamp()) if len(ds) else 0
    seed = [zlib.crc32(name.encode()), first]
    noise = np.random.default_rng(seed).standard_normal(len(ds)) * usual.spread
    simulated = middle + skill**2 * (observed - middle) + skill * np.sqrt(1 - skill**2) * noise
    return np.asarray(simulated, dtype=np.float64)
