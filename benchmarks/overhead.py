"""What the service adds to a task: many tiny products through it, and in a bare loop.

`python -m benchmarks.overhead [--products 300]`. Both run the same pipeline
function with the cheapest algorithm on the same rows, one at a time; the difference is claim,
lease, artifact, transaction, progress and broker.
"""

import argparse
import tempfile
import time
from pathlib import Path

import pandas as pd

from benchmarks.report import Line, print_lines
from benchmarks.service import running_service
from examples.files import write_frame
from examples.shop import generate_shop
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.train import train_forecast

ALGORITHM = "seasonal_naive"
HISTORY_YEARS = 0.4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=300)
    sales = generate_shop(parser.parse_args().products, HISTORY_YEARS, seed=11)
    bare_s, trained = time_bare_loop(sales)
    service_s, completed = time_service(sales)
    print_lines(
        f"{completed} products trained by the service, {trained} by the bare loop, one at a time",
        [
            Line("bare loop", bare_s / trained * 1000, "ms per product"),
            Line("service", service_s / completed * 1000, "ms per product"),
            Line("overhead", (service_s / completed - bare_s / trained) * 1000, "ms per product"),
        ],
    )


def time_bare_loop(sales: pd.DataFrame) -> tuple[float, int]:
    """Seconds and products of the same function without any service."""
    spec = ForecastSpec(algorithm=ALGORITHM)
    frames = trainable_frames(sales)
    train_forecast(frames[0], spec)  # imports and caches warm, as they are in a worker
    start = time.perf_counter()
    for frame in frames:
        train_forecast(frame, spec)
    return time.perf_counter() - start, len(frames)


def trainable_frames(sales: pd.DataFrame) -> list[pd.DataFrame]:
    """The history of each product that is old enough to train."""
    minimum = pd.Timedelta(days=ForecastSpec().min_training_days)
    renamed = sales.rename(columns={"date": "ds"}).drop(columns=["product_name", "category"])
    frames = [frame.drop(columns="product_id") for _, frame in renamed.groupby("product_id")]
    sold = [frame.loc[frame["quantity"].notna(), "ds"] for frame in frames]
    return [f for f, ds in zip(frames, sold, strict=True) if ds.max() - ds.min() > minimum]


def time_service(sales: pd.DataFrame, *, concurrency: int = 1) -> tuple[float, int]:
    """Seconds from the start request to the terminal message, and the products completed."""
    with (
        tempfile.TemporaryDirectory() as directory,
        running_service(concurrency=concurrency) as client,
    ):
        path = Path(directory) / "sales.parquet"
        write_frame(sales, path)
        client.import_sales(path)
        client.wait(client.start([str(sales["product_id"].iloc[0])], algorithm=ALGORITHM).job_id)
        start = time.perf_counter()
        status = client.wait(client.start(algorithm=ALGORITHM).job_id)
        return time.perf_counter() - start, status.products_completed


if __name__ == "__main__":
    main()
