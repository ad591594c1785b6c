"""Products per minute of the service, beside a joblib loop of the same function on the same cores.

`python -m benchmarks.throughput [--products 24]`. Both train the same
products, all candidates, on all cores.
"""

import argparse
import os
import time

import pandas as pd
from joblib import Parallel, delayed

from benchmarks.overhead import Cost, cost_of_service, trainable_frames
from benchmarks.report import Line, print_lines
from benchmarks.service import cpu_seconds_of_children
from examples.shop import generate_shop
from pipeline.forecast.result import ForecastResult
from pipeline.forecast.spec import AUTO, ForecastSpec
from pipeline.forecast.train import train_forecast


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=24)
    sales = generate_shop(parser.parse_args().products, seed=11)
    cores = len(os.sched_getaffinity(0))
    bare = cost_of_joblib(sales, cores)
    service = cost_of_service(sales, algorithm=AUTO, concurrency=cores)
    print_lines(
        f"Forecasts of {service.products} products with all candidates, backtest and refit",
        [
            *_lines("joblib loop", bare),
            *_lines("service", service),
            Line("service / joblib, pace", _per_minute(service) / _per_minute(bare), ""),
            Line("service / joblib, CPU", _cpu_s(service) / _cpu_s(bare), ""),
        ],
    )


def cost_of_joblib(sales: pd.DataFrame, cores: int) -> Cost:
    """The same function in as many processes as there are cores, imports done before."""
    frames = trainable_frames(sales)
    with Parallel(n_jobs=cores, batch_size=1) as pool:
        pool(delayed(_train)(frame) for frame in frames[: 2 * cores])
        start, cpu = time.perf_counter(), cpu_seconds_of_children()
        trained = pool(delayed(_train)(frame) for frame in frames)
        wall_s, cpu_s = time.perf_counter() - start, cpu_seconds_of_children() - cpu
    return Cost(len(trained), wall_s, cpu_s)


def _lines(name: str, cost: Cost) -> list[Line]:
    return [
        Line(f"{name}, pace", _per_minute(cost), "products per minute"),
        Line(f"{name}, CPU", _cpu_s(cost), "s per product"),
    ]


def _per_minute(cost: Cost) -> float:
    return 60 * cost.products / cost.wall_s


def _cpu_s(cost: Cost) -> float:
    return cost.cpu_s / cost.products


def _train(frame: pd.DataFrame) -> ForecastResult:
    return train_forecast(frame, ForecastSpec())


if __name__ == "__main__":
    main()
