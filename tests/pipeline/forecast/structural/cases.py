"""Generated series of many kinds, each with the structure that suits it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.forecast.calendar.holiday_calendar import holiday_calendar
from pipeline.forecast.structural.fit import fit_structure
from pipeline.forecast.structural.holidays import Holidays
from pipeline.forecast.structural.model import StructuralModel
from pipeline.forecast.structural.structure import Regressor, Seasonality, Structure, Way

Vector = NDArray[np.float64]

SPAIN = Holidays.from_frame(holiday_calendar("ES", None, 2023, 2025).frame())
CHRISTMAS = Holidays.from_frame(
    pd.DataFrame(
        {
            "ds": pd.to_datetime(["2023-12-25", "2024-12-25", "2024-07-14"]),
            "holiday": ["christmas", "christmas", "festival"],
            "lower_window": [-2, -2, 0],
            "upper_window": [1, 1, 0],
            "prior_scale": [5.0, 5.0, 1.0],
        }
    )
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A series, what its model is made of, and the 28 rows to forecast."""

    times: NDArray[np.datetime64]
    values: Vector
    structure: Structure
    columns: Mapping[str, Vector] = field(default_factory=dict)

    def fit(self) -> StructuralModel:
        rows = len(self.values)
        seen = {name: column[:rows] for name, column in self.columns.items()}
        return fit_structure(self.times[:rows], self.values, self.structure, seen)

    @property
    def seen(self) -> pd.DataFrame:
        rows = len(self.values)
        columns = {name: column[:rows] for name, column in self.columns.items()}
        return pd.DataFrame({"ds": self.times[:rows], "y": self.values, **columns})

    @property
    def future(self) -> pd.DataFrame:
        rows = len(self.values)
        columns = {name: column[rows:] for name, column in self.columns.items()}
        return pd.DataFrame({"ds": self.times[rows:], **columns})

    def head(self, rows: int) -> "Case":
        return replace(self, values=self.values[:rows])


def seasonalities(*names: str, way: Way = "additive", waves: int = 10) -> tuple[Seasonality, ...]:
    """Those of Prophet, by name."""
    known = {"yearly": (365.25, waves), "weekly": (7.0, 3), "daily": (1.0, 4)}
    return tuple(
        Seasonality(name=name, period=known[name][0], order=known[name][1], way=way)
        for name in names
    )


def bending(rows: int, seed: int, step: str = "D") -> tuple[NDArray[np.datetime64], Vector]:
    """Sales whose trend changes twice; a week whose waves grow with the trend."""
    generator = np.random.default_rng(seed)
    place = np.arange(rows)
    thirds = 80 * (place / rows - 2 * np.maximum(place / rows - 0.35, 0))
    trend = 60 + thirds + 120 * np.maximum(place / rows - 0.55, 0)
    times = pd.date_range("2023-01-02", periods=rows + 28, freq=step)
    hours = (times[:rows] - times[0]).total_seconds().to_numpy() / 3600
    week = 1 + 0.2 * np.sin(2 * np.pi * hours / 168)
    day = 6 * np.cos(2 * np.pi * hours / 24) if step == "h" else 0.0
    year = 5 * np.cos(2 * np.pi * hours / 24 / 365.25)
    noise = generator.normal(0, 3, rows)
    return times.to_numpy(), np.maximum(trend * week + day + year + noise, 0)


def daily(rows: int = 730, seed: int = 1, way: Way = "additive", **changes: object) -> Case:
    """Two years of days with holidays."""
    times, values = bending(rows, seed)
    structure = Structure(
        seasonalities=seasonalities("yearly", "weekly", way=way),
        holidays=SPAIN,
        holidays_way=way,
    )
    return Case(times=times, values=values, structure=replace(structure, **changes))


def with_gaps() -> Case:
    """A tenth of the rows is not known."""
    case = daily(500, seed=5)
    values = case.values.copy()
    values[np.random.default_rng(0).random(500) < 0.1] = np.nan
    return replace(case, values=values)


def with_regressors(way: Way = "additive") -> Case:
    """A promotion (0 or 1) and a price."""
    case = daily(400, seed=3, way=way, holidays=CHRISTMAS)
    generator = np.random.default_rng(3)
    promotion = (generator.random(428) < 0.15).astype(float)
    price = 2 + 0.2 * generator.normal(size=428).cumsum() / 10
    columns = {"promotion": promotion, "price": price}
    values = case.values * (1 + 0.4 * promotion[:400]) - 4 * price[:400]
    regressors = tuple(Regressor(name=name, way=way) for name in columns)
    structure = replace(case.structure, regressors=regressors)
    return replace(case, values=values, structure=structure, columns=columns)


def regular(step: str, rows: int, *names: str, waves: int = 10) -> Case:
    """Rows of another frequency."""
    times, values = bending(rows, seed=7, step=step)
    structure = Structure(seasonalities=seasonalities(*names, waves=waves))
    return Case(times=times, values=values, structure=structure)


CASES = {
    "two years of days": daily,
    "a trend that bends freely": lambda: daily(400, seed=2, changepoint_scale=0.5),
    "a flat trend": lambda: daily(400, seed=4, growth="flat"),
    "missing rows": with_gaps,
    "holidays with windows, regressors": with_regressors,
    "multiplicative": lambda: daily(way="multiplicative"),
    "multiplicative, regressors": lambda: with_regressors("multiplicative"),
    "mixed": lambda: daily(500, seed=6, way="multiplicative", holidays_way="additive"),
    "hours": lambda: regular("h", 24 * 40, "weekly", "daily"),
    "weeks": lambda: regular("W-MON", 160, "yearly", waves=6),
    "months": lambda: regular("MS", 60, "yearly", waves=3),
    "nothing but a trend": lambda: regular("D", 90),
}
