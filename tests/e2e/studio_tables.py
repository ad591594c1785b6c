"""A small table for each task of Model Studio."""

import io
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Table:
    ml_task: str
    target: str | None
    file: bytes

    @property
    def request(self) -> dict[str, str | None]:
        return {"ml_task": self.ml_task, "target_variable": self.target}


def all_tables() -> dict[str, Table]:
    homes = _homes(150)
    return {
        "classification": Table("classification", "is_large", _file(homes.drop(columns="rent"))),
        "regression": Table("regression", "rent", _file(homes.drop(columns="is_large"))),
        "clustering": Table("clustering", None, _file(_customers(150))),
        "time_series": Table("time_series", "visitors", _file(_days(200))),
    }


def _homes(rows: int) -> pd.DataFrame:
    draw = np.random.default_rng(3)
    area = draw.uniform(20, 150, rows)
    towns = draw.choice(["north", "south", "west"], rows)
    rent = 9 * area + 80 * (towns == "north") + draw.normal(0, 30, rows)
    large = np.where(area + draw.normal(0, 8, rows) > 80, "yes", "no")
    return pd.DataFrame({"area": area, "town": towns, "rent": rent, "is_large": large})


def _customers(rows: int) -> pd.DataFrame:
    draw = np.random.default_rng(4)
    kind = draw.integers(0, 3, rows)
    return pd.DataFrame(
        {
            "orders": 5.0 + 20 * kind + draw.normal(0, 1, rows),
            "basket": 80.0 - 25 * kind + draw.normal(0, 2, rows),
            "channel": np.array(["shop", "web", "app"])[kind],
        }
    )


def _days(rows: int) -> pd.DataFrame:
    draw = np.random.default_rng(5)
    days = pd.date_range("2026-01-01", periods=rows, freq="D")
    visitors = 200 + 60 * (days.day_of_week >= 5) + draw.normal(0, 8, rows)
    return pd.DataFrame({"day": days, "visitors": visitors.round()})


def _file(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()
