"""Small tables of series with a known structure."""

import numpy as np
import pandas as pd

from pipeline.progress import Progress
from pipeline.table.result import TableResult
from pipeline.table.spec import TableSpec
from pipeline.table.train import train_table

WEEK = np.array([1.0, 0.8, 0.7, 0.8, 1.1, 1.5, 1.4])


def daily(days: int = 120, *, level: float = 100.0, seed: int = 0) -> pd.DataFrame:
    """Columns ``date`` and ``sales``: a strong week and a little noise."""
    noise = np.random.default_rng(seed).normal(0, 0.02 * level, days)
    dates = pd.date_range("2024-01-01", periods=days, freq="D")
    return pd.DataFrame({"date": dates, "sales": level * np.resize(WEEK, days) + noise})


def panel(stores: int = 5, days: int = 90) -> pd.DataFrame:
    """The daily sales of several stores, in any order of rows."""
    parts = [
        daily(days, level=20.0 * (store + 1), seed=store).assign(store=f"store {store}")
        for store in range(stores)
    ]
    return pd.concat(parts).sample(frac=1, random_state=1).reset_index(drop=True)


def seasonal(times: pd.DatetimeIndex, season: int, *, level: float = 50.0) -> pd.DataFrame:
    """Columns ``time`` and ``value``: a season and a little noise."""
    noise = np.random.default_rng(3).normal(0, 0.5, len(times))
    wave = 20 * np.sin(2 * np.pi * np.arange(len(times)) / season)
    return pd.DataFrame({"time": times, "value": level + wave + noise})


def forecast(
    frame: pd.DataFrame,
    target: str = "value",
    *,
    seen: list[Progress] | None = None,
    **request: object,
) -> TableResult:
    """Train on a table, with methods that are quick unless told otherwise."""
    asked = {"model_type": "theta", "time_budget_seconds": 30.0, **request}
    spec = TableSpec(ml_task="time_series", target_variable=target, **asked)  # type: ignore[arg-type]  # any request
    return train_table(frame, spec, on_progress=(seen if seen is not None else []).append)


def told(result: TableResult) -> str:
    """All notes as one text."""
    return "\n".join(result.notes)
