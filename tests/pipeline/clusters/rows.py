"""Tables with groups that are known."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.clusters.train import cluster_table
from pipeline.progress import Progress
from pipeline.table.load import make_plain
from pipeline.table.phases import PhaseReporter, never
from pipeline.table.result import TableResult
from pipeline.table.source import LoadedTable
from pipeline.table.spec import TableLimits, TableSpec

PENGUINS = Path(__file__).parent / "penguins.parquet"


def mixed_blobs(
    rows: int = 400, missing: float = 0.0, seed: int = 2
) -> tuple[pd.DataFrame, np.ndarray[Any, Any]]:
    """Four groups in numbers of unlike units, two categories that go along with them, a category
    and a number that do not, dates and a column of one value; and the group of each row."""
    random = np.random.default_rng(seed)
    group = random.integers(0, 4, rows)
    centres = np.array([[0, 0, 5], [6, 0, 0], [0, 6, 0], [6, 6, 5]], dtype=float)
    near = centres[group] + random.normal(0, 0.8, (rows, 3))
    town = np.array(["Lyon", "Lille", "Nice", "Metz"])[group]
    is_wrong = random.random(rows) < 0.1
    frame = pd.DataFrame(
        {
            "income": 20_000 + 5_000 * near[:, 0],
            "age": 30 + 4 * near[:, 1],
            "visits": np.exp(near[:, 2]),
            "town": np.where(is_wrong, random.permutation(town), town),
            "is_member": group >= 2,
            "colour": random.choice(["red", "green", "blue"], rows),
            "noise": random.normal(0, 1, rows),
            "since": pd.Timestamp("2025-01-01")
            + pd.to_timedelta(random.integers(0, 300, rows), "D"),
            "constant": 7,
        }
    )
    for name in ("income", "age", "visits", "town"):
        frame.loc[random.random(rows) < missing, name] = None
    return frame, group


def cloud(rows: int = 400, seed: int = 5) -> pd.DataFrame:
    """One cloud of rows, with categories that have nothing to do with it."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            **{f"number_{place}": random.normal(size=rows) for place in range(3)},
            "colour": random.choice(["red", "green", "blue"], rows),
            "flag": random.random(rows) < 0.5,
        }
    )


def cluster(
    frame: pd.DataFrame,
    *,
    on_progress: Callable[[Progress], None] = lambda _: None,
    should_finish: Callable[[], bool] = never,
    **asked: Any,
) -> TableResult:
    """The result of a clustering of ``frame``."""
    start = time.perf_counter()
    loaded = LoadedTable(make_plain(frame, TableLimits()).frame, "digest", {})
    spec = TableSpec(ml_task="clustering", **asked)
    return cluster_table(loaded, spec, PhaseReporter(on_progress, should_finish), start)
