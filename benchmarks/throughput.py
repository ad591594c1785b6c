"""Products per minute of the service, beside a joblib loop of the same function on the same cores.

`python -m benchmarks.throughput [--products 24]`. Both train the same
products, all candidates, on all cores.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

import pandas as pd
from joblib import Parallel, delayed

from benchmarks.overhead import trainable_frames
from benchmarks.report import Line, print_lines
from benchmarks.service import running_service
from examples.files import write_frame
from examples.shop import generate_shop
from pipeline.forecast.result import ForecastResult
from pipeline.forecast.spec import ForecastSpec
from pipeline.forecast.train import train_forecast


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=24)
    sales = generate_shop(parser.parse_args().products, seed=11)
    cores = len(os.sched_getaffinity(0))
    bare = products_per_minute_of_joblib(sales, cores)
    service = products_per_minute_of_service(sales, cores)
    print_lines(
        "Forecasts with all candidates, backtest and refit",
        [
            Line("bare joblib loop", bare, "products per minute"),
            Line("service", service, "products per minute"),
            Line("service / joblib", service / bare, ""),
        ],
    )


def products_per_minute_of_joblib(sales: pd.DataFrame, cores: int) -> float:
    frames = trainable_frames(sales)
    with Parallel(n_jobs=cores) as pool:
        pool(delayed(_train)(frame) for frame in frames[:cores])  # processes and imports warm
        start = time.perf_counter()
        trained = pool(delayed(_train)(frame) for frame in frames)
    return 60 * len(trained) / (time.perf_counter() - start)


def products_per_minute_of_service(sales: pd.DataFrame, cores: int) -> float:
    with tempfile.TemporaryDirectory() as directory, running_service(concurrency=cores) as client:
        path = Path(directory) / "sales.parquet"
        write_frame(sales, path)
        client.import_sales(path)
        client.wait(client.start([str(sales["product_id"].iloc[0])]).job_id)
        start = time.perf_counter()
        status = client.wait(client.start().job_id)
        return 60 * status.products_completed / (time.perf_counter() - start)


def _train(frame: pd.DataFrame) -> ForecastResult:
    return train_forecast(frame, ForecastSpec())


if __name__ == "__main__":
    main()
