"""Small tables with a known relation between inputs and target, and files made of them."""

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.table.load import make_plain
from pipeline.table.spec import TableLimits

LIMITS = TableLimits()


def plain_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame as a training gets it."""
    return make_plain(frame, LIMITS).frame


def shop_rows(rows: int = 160, seed: int = 3) -> pd.DataFrame:
    """Every kind of column; ``amount`` (a number) and ``level`` (three classes) can be learned."""
    random = np.random.default_rng(seed)
    size = random.normal(50, 10, rows)
    town = random.choice(["Lyon", "Lille", "Nice"], rows)
    day = pd.Timestamp("2025-01-01") + pd.to_timedelta(random.integers(0, 600, rows), unit="D")
    is_open = random.random(rows) < 0.7
    surcharge = pd.Series(town).map({"Lyon": 0.0, "Lille": 20.0, "Nice": 40.0}).to_numpy()
    amount = 3 * size + surcharge + 10 * (day.day_of_week >= 5) + 15 * is_open
    amount = amount + random.normal(0, 2, rows)
    low, high = np.quantile(amount, [0.3, 0.7])
    frame = pd.DataFrame(
        {
            "size": size,
            "town": town,
            "day": day,
            "is_open": is_open,
            "visits": random.poisson(20, rows),
            "street": [f"{number} Rue de la Paix" for number in range(rows)],
            "constant": "same",
            "empty": pd.Series([None] * rows, dtype="str"),
            "amount": amount,
            "level": np.where(amount < low, "low", np.where(amount > high, "high", "middle")),
        }
    )
    frame.loc[frame.index[:12], "size"] = np.nan
    frame.loc[frame.index[5:11], "town"] = None
    return frame


def parquet(table: pd.DataFrame | pa.Table, **options: object) -> io.BytesIO:
    """The table as a Parquet file in memory."""
    if isinstance(table, pd.DataFrame):
        table = pa.Table.from_pandas(table, preserve_index=False)
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    file.seek(0)
    return file
