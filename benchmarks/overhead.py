"""What the service adds to a task: many tiny products through it, and in a bare loop.

`python -m benchmarks.overhead [--products 300]`. Both run the same pipeline
function with the cheapest algorithm on the same rows, one at a time; the difference is claim,
lease, artifact, transaction, progress and broker. CPU time says what it costs on a busy machine,
and that of each program where it goes.
"""

import argparse
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from benchmarks.programs import cpu_seconds_by_program
from benchmarks.report import Line, print_lines
from benchmarks.service import running_service
from examples.files import write_frame
from examples.shop import generate_shop
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.train import train_forecast

ALGORITHM = "seasonal_naive"
HISTORY_YEARS = 0.4


@dataclass(frozen=True, slots=True)
class Cost:
    """What so many products took, on the clock and of the processors; of a service by program."""

    products: int
    wall_s: float
    cpu_s: float
    cpu_s_by_program: Mapping[str, float] = field(default_factory=dict)

    def lines(self, name: str) -> list[Line]:
        return [
            Line(f"{name}, time", self.wall_s / self.products * 1000, "ms per product"),
            Line(f"{name}, CPU", self.cpu_s / self.products * 1000, "ms per product"),
        ]

    def lines_of_programs(self) -> list[Line]:
        largest_first = sorted(self.cpu_s_by_program.items(), key=lambda item: -item[1])
        return [
            Line(f"  {name}", cpu_s / self.products * 1000, "ms per product")
            for name, cpu_s in largest_first
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=300)
    sales = generate_shop(parser.parse_args().products, HISTORY_YEARS, seed=11)
    bare = cost_of_bare_loop(sales)
    service = cost_of_service(sales, algorithm=ALGORITHM, concurrency=1)
    both = zip(bare.lines("overhead"), service.lines("overhead"), strict=True)
    print_lines(
        f"{service.products} products trained by the service, {bare.products} by the bare loop,"
        " one at a time",
        [
            *bare.lines("bare loop"),
            *service.lines("service"),
            *service.lines_of_programs(),
            *(Line(more.name, more.value - less.value, more.unit) for less, more in both),
        ],
    )


def cost_of_bare_loop(sales: pd.DataFrame) -> Cost:
    """The same function without any service."""
    spec = ForecastSpec(algorithm=ALGORITHM)
    frames = trainable_frames(sales)
    train_forecast(frames[0], spec)  # imports and caches warm, as they are in a worker
    start, cpu = time.perf_counter(), time.process_time()
    for frame in frames:
        train_forecast(frame, spec)
    return Cost(len(frames), time.perf_counter() - start, time.process_time() - cpu)


def trainable_frames(sales: pd.DataFrame) -> list[pd.DataFrame]:
    """The history of each product that is old enough to train."""
    minimum = pd.Timedelta(days=ForecastSpec().min_training_days)
    renamed = sales.rename(columns={"date": "ds"}).drop(columns=["product_name", "category"])
    frames = [frame.drop(columns="product_id") for _, frame in renamed.groupby("product_id")]
    sold = [frame.loc[frame["quantity"].notna(), "ds"] for frame in frames]
    return [f for f, ds in zip(frames, sold, strict=True) if ds.max() - ds.min() > minimum]


def cost_of_service(sales: pd.DataFrame, *, algorithm: str, concurrency: int) -> Cost:
    """From the start request to the terminal message, every process of the service counted."""
    with (
        tempfile.TemporaryDirectory() as directory,
        running_service(concurrency=concurrency) as client,
    ):
        path = Path(directory) / "sales.parquet"
        write_frame(sales, path)
        client.import_sales(path)
        client.wait(client.start([str(sales["product_id"].iloc[0])], algorithm=algorithm).job_id)
        start, before = time.perf_counter(), cpu_seconds_by_program()
        status = client.wait(client.start(algorithm=algorithm).job_id)
        wall_s, after = time.perf_counter() - start, cpu_seconds_by_program()
        by_program = {name: after[name] - before.get(name, 0.0) for name in after}
        return Cost(status.products_completed, wall_s, sum(by_program.values()), by_program)


if __name__ == "__main__":
    main()
