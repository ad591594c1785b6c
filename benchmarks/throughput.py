"""Products per minute of the service, beside a joblib loop of plain Prophet over the same series.

`python -m benchmarks.throughput [--products 1000] [--loop 100] [--budget balanced]`. The service
tests all candidates, chooses, calibrates and stores; the loop fits Prophet once for each product
with the documented settings and forecasts. Both use all cores. `--loop` products are enough to know
the pace of the loop.
"""

import argparse
import logging
import os
import tempfile
import time
from pathlib import Path

import pandas as pd
from joblib import Parallel, delayed
from prophet import Prophet

from benchmarks.memory import MemoryCurve, training_children, watched_memory
from benchmarks.overhead import Cost, trainable_frames
from benchmarks.report import Line, print_lines
from benchmarks.service import cpu_seconds_of_children, running_service
from examples.files import write_frame
from examples.shop import generate_shop

COUNTRY, HORIZON_DAYS = "ES", 90


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=1_000)
    parser.add_argument("--loop", type=int, default=100)
    parser.add_argument("--budget", default="balanced", choices=("fast", "balanced", "best"))
    asked = parser.parse_args()
    sales = generate_shop(asked.products, seed=11)
    cores = len(os.sched_getaffinity(0))
    loop = cost_of_prophet(sales, cores, asked.loop)
    service, memory = cost_of_service(sales, asked.budget)
    print_lines(
        f"Forecasts of {service.products} products by the service, budget {asked.budget},"
        f" and of {loop.products} by a loop of Prophet",
        [
            *_lines("loop of Prophet", loop),
            *_lines("service", service),
            Line("service / loop, pace", _per_minute(service) / _per_minute(loop), ""),
            Line("service / loop, CPU", _cpu_s(service) / _cpu_s(loop), ""),
            Line("largest worker", memory.peak_mb, "MB of its own at the peak"),
            Line("growth of the largest worker", memory.growth, "last quarter / second quarter"),
        ],
    )


def cost_of_prophet(sales: pd.DataFrame, cores: int, products: int) -> Cost:
    """One fit and forecast each, in as many processes as there are cores, imports done before."""
    frames = [frame[frame["quantity"].notna()] for frame in trainable_frames(sales)[:products]]
    with Parallel(n_jobs=cores, batch_size=1) as pool:
        pool(delayed(_forecast)(frame) for frame in frames[: 2 * cores])
        start, cpu = time.perf_counter(), cpu_seconds_of_children()
        forecasts = pool(delayed(_forecast)(frame) for frame in frames)
        wall_s, cpu_s = time.perf_counter() - start, cpu_seconds_of_children() - cpu
    return Cost(len(forecasts), wall_s, cpu_s)


def cost_of_service(sales: pd.DataFrame, budget: str) -> tuple[Cost, MemoryCurve]:
    """From the start request to the terminal message, every process of the service counted."""
    with (
        tempfile.TemporaryDirectory() as directory,
        running_service(FORECAST_BUDGET=budget) as client,
    ):
        path = Path(directory) / "sales.parquet"
        write_frame(sales, path)
        client.import_sales(path)
        client.wait(client.start([str(sales["product_id"].iloc[0])]).job_id)
        start, cpu = time.perf_counter(), cpu_seconds_of_children()
        with watched_memory(training_children) as memory:
            status = client.wait(client.start().job_id)
        wall_s, cpu_s = time.perf_counter() - start, cpu_seconds_of_children() - cpu
        return Cost(status.products_completed, wall_s, cpu_s), memory


def _forecast(frame: pd.DataFrame) -> pd.DataFrame:
    model = Prophet(
        yearly_seasonality=True,
        weekly_seasonality=True,
        daily_seasonality=False,
        changepoint_prior_scale=0.05,
        interval_width=0.95,
    )
    for name in ("cmdstanpy", "prophet"):
        logging.getLogger(name).disabled = True  # a level would be set anew by each fit
    model.add_country_holidays(COUNTRY)
    model.fit(frame[["ds", "quantity"]].rename(columns={"quantity": "y"}))
    return model.predict(model.make_future_dataframe(HORIZON_DAYS, include_history=False))


def _lines(name: str, cost: Cost) -> list[Line]:
    return [
        Line(f"{name}, pace", _per_minute(cost), "products per minute"),
        Line(f"{name}, CPU", _cpu_s(cost), "s per product"),
    ]


def _per_minute(cost: Cost) -> float:
    return 60 * cost.products / cost.wall_s


def _cpu_s(cost: Cost) -> float:
    return cost.cpu_s / cost.products


if __name__ == "__main__":
    main()
