"""What a system gets to know of a split, and what it answers; both travel as files."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from benchmarks.forecast.panel import CATEGORY, SCORED, SERIES, TIME, Split

LEVELS = (0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975)
COLUMNS = tuple(map(str, LEVELS))
POINT, CLOSED, ALGORITHM = "point", "closed", "algorithm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the forecast is to be; ``seconds`` is for systems that stop by the clock."""

    frequency: str
    seasons: tuple[int, ...]
    horizon: int
    covariates: tuple[str, ...]
    country: str
    closures: tuple[tuple[str, str], ...]
    budget: str
    seconds: float
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A training frame, the rows to forecast without their values, and the terms.

    Closed days are a 0/1 column ``closed``, a covariate like any other that is known ahead.
    """

    train: pd.DataFrame
    future: pd.DataFrame
    terms: Terms

    @property
    def covariates(self) -> list[str]:
        """Known ahead, closed days included."""
        closed = [CLOSED] if CLOSED in self.train else []
        return [*self.terms.covariates, *closed]

    @property
    def season(self) -> int:
        return self.terms.seasons[0]


Forecast = pd.DataFrame
"""Columns ``series``, ``ds``, ``point``, one per level, perhaps ``algorithm``."""

System = Callable[[Task], Forecast]


def task_of(split: Split, *, budget: str, seconds: float, seed: int) -> Task:
    """What everybody is told of a split."""
    panel = split.panel
    closures = tuple((str(first), str(last)) for first, last in panel.closures)
    kept = [SERIES, TIME, *panel.covariates]
    if CATEGORY in split.train:
        kept.append(CATEGORY)
    return Task(
        train=_with_closed_days(split.train.drop(columns=SCORED), closures),
        future=_with_closed_days(split.future[kept], closures),
        terms=Terms(
            frequency=panel.frequency,
            seasons=panel.seasons,
            horizon=panel.horizon,
            covariates=panel.covariates,
            country=panel.country,
            closures=closures,
            budget=budget,
            seconds=seconds,
            seed=seed,
        ),
    )


def write_task(task: Task, directory: Path) -> None:
    task.train.to_parquet(directory / "train.parquet")
    task.future.to_parquet(directory / "future.parquet")
    (directory / "terms.json").write_text(json.dumps(asdict(task.terms)))


def read_task(directory: Path) -> Task:
    told = json.loads((directory / "terms.json").read_text())
    for name in ("seasons", "covariates"):
        told[name] = tuple(told[name])
    told["closures"] = tuple((first, last) for first, last in told["closures"])
    return Task(
        train=pd.read_parquet(directory / "train.parquet"),
        future=pd.read_parquet(directory / "future.parquet"),
        terms=Terms(**told),
    )


def by_series(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of each series in the order of time."""
    ordered = frame.sort_values(TIME)
    return {str(name): rows.reset_index(drop=True) for name, rows in ordered.groupby(SERIES)}


def first_series(task: Task) -> Task:
    """The same task with its longest series only, to load and compile what a system needs."""
    name = task.train[SERIES].value_counts().index[0]
    return Task(
        train=task.train[task.train[SERIES] == name].reset_index(drop=True),
        future=task.future[task.future[SERIES] == name].reset_index(drop=True),
        terms=task.terms,
    )


def _with_closed_days(frame: pd.DataFrame, closures: tuple[tuple[str, str], ...]) -> pd.DataFrame:
    if not closures:
        return frame.reset_index(drop=True)
    days = [pd.date_range(first, last, freq="D") for first, last in closures]
    is_closed = frame[TIME].dt.normalize().isin(pd.DatetimeIndex([]).append(days))
    return frame.assign(**{CLOSED: is_closed.astype(float)}).reset_index(drop=True)
