"""A table with a target to learn: `python -m examples.table --task regression --out homes.parquet`.

Each row is a home that was let: numbers, categories, dates, yes/no, text-like ids and missing
values. The regression target is the monthly rent; the classification target says how long the
offer stood. Both follow from the other columns, with noise that no model can learn.
"""

import argparse
import sys
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd

from examples.files import write_frame

Task = Literal["regression", "classification"]

TARGETS: dict[Task, str] = {"regression": "monthly_rent", "classification": "time_to_let"}

_DISTRICTS = ("Harbour", "Old Town", "Riverside", "Station", "Hillside", "University", "Meadows")
_DISTRICT_LEVEL = (1.25, 1.35, 1.15, 0.95, 1.05, 1.10, 0.80)
_ENERGY_CLASSES = ("A", "B", "C", "D", "E", "F", "G")
_HEATING = ("district", "gas", "heat pump", "oil", "electric")


def generate_table(rows: int = 3000, seed: int = 7, task: Task = "regression") -> pd.DataFrame:
    """Draw the table; the target is `TARGETS[task]` and the same arguments give the same rows."""
    if rows < 1:
        raise ValueError(f"rows is {rows}; it must be at least 1.")
    if task not in TARGETS:
        raise ValueError(f"task is {task!r}; it must be one of {', '.join(TARGETS)}.")
    rng = np.random.default_rng(seed)
    homes = _homes(rows, rng)
    rent = _rent(homes, rng)
    if task == "regression":
        homes["monthly_rent"] = rent.round()
    else:
        asked = rent * rng.normal(1.0, 0.12, rows)
        homes["asked_rent"] = asked.round()
        homes["time_to_let"] = _time_to_let(homes, asked / rent, rng)
    return _with_gaps(homes, TARGETS[task], rng)


def _homes(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    size = rng.gamma(6, 12, rows).clip(14, 260)
    age = rng.gamma(2, 22, rows).clip(0, 140).astype(int)
    listed = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 900, rows), unit="D")
    energy = (age / 22 + rng.normal(0.8, 1.0, rows)).clip(0, 6).astype(int)
    return pd.DataFrame(
        {
            "listing_id": [f"H-{number:06d}" for number in rng.permutation(rows)],
            "listed_on": listed,
            "district": rng.choice(_DISTRICTS, rows, p=(0.1, 0.15, 0.15, 0.2, 0.1, 0.15, 0.15)),
            "size_m2": size.round(1),
            "rooms": (size / 26 + rng.normal(0.6, 0.5, rows)).clip(1, 9).round().astype(int),
            "floor": rng.integers(0, 9, rows),
            "built_year": 2024 - age,
            "energy_class": np.array(_ENERGY_CLASSES)[energy],
            "heating": rng.choice(_HEATING, rows, p=(0.3, 0.35, 0.15, 0.12, 0.08)),
            "has_balcony": rng.random(rows) < 0.45,
            "furnished": rng.random(rows) < 0.2,
            "minutes_to_centre": rng.gamma(4, 5, rows).round(1),
            "land_register": "municipal",
        }
    )


def _rent(homes: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    level = homes["district"].map(dict(zip(_DISTRICTS, _DISTRICT_LEVEL, strict=True)))
    months = (homes["listed_on"] - pd.Timestamp("2024-01-01")).dt.days / 30.4
    rent = 9.5 * homes["size_m2"] ** 0.93 * level.astype(float)
    rent *= 1 - 0.006 * homes["minutes_to_centre"]
    rent *= 1 + 0.004 * months + 0.06 * homes["has_balcony"] + 0.15 * homes["furnished"]
    rent *= np.where(homes["built_year"] > 2010, 1.12, 1.0)
    noise = rng.normal(1.0, 0.09, len(homes)).clip(0.6, 1.6)
    return np.asarray(rent.to_numpy() * noise + 90)


def _time_to_let(
    homes: pd.DataFrame, overpriced: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    winter = homes["listed_on"].dt.month.isin((11, 12, 1)).to_numpy()
    inefficient = homes["energy_class"].isin(("F", "G")).to_numpy()
    days = 18 * overpriced**6 * (1 + 0.5 * winter) * (1 + 0.5 * inefficient)
    days *= np.where(homes["furnished"], 0.7, 1.0) * rng.gamma(7, 1 / 7, len(homes))
    return np.select([days < 14, days < 35], ["under two weeks", "two to five weeks"], "longer")


def _with_gaps(homes: pd.DataFrame, target: str, rng: np.random.Generator) -> pd.DataFrame:
    """Leave out what people leave out, and put the target last."""
    homes["floor"] = homes["floor"].astype("Int64")
    gaps = {"energy_class": 0.12, "floor": 0.05, "minutes_to_centre": 0.08, "heating": 0.03}
    for column, share in gaps.items():
        homes.loc[rng.random(len(homes)) < share, column] = pd.NA
    return homes[[*homes.columns.drop(target), target]]


def main(argv: list[str] | None = None) -> int:
    """Write the table to a file; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m examples.table", description=__doc__)
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--task", choices=get_args(Task), default="regression")
    parser.add_argument("--out", type=Path, required=True, help="a .parquet or .csv file")
    options = parser.parse_args(argv)
    try:
        frame = generate_table(options.rows, options.seed, options.task)
        write_frame(frame, options.out)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{options.out}: {len(frame)} rows; the target is {TARGETS[options.task]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
