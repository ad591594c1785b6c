"""How long one warm prediction takes through the service, and by calling the model itself.

`python -m benchmarks.prediction [--requests 300]`. One row of a table and one day of a forecast,
one request after the other over one HTTP connection; the direct calls use the very same stored
models, in this process. Of the table also what its worker does with the request, from JSON to
JSON, and a plain XGBoost with its defaults on the same rows. All take turns in blocks, so that a
busy moment of the machine meets all.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import xgboost

from benchmarks.report import Line, print_lines
from benchmarks.service import running_service
from core.artifacts import ArtifactStore
from core.bundles import load_bundle
from core.errors import ManifestError
from core.predictions import PredictionRequest
from examples.shop import generate_shop
from pipeline.forecast.finished.on_demand import first_periods, forecast_rows
from pipeline.table.predict import predict_rows
from pipeline.table.spec import TableLimits
from worker import bundle
from worker.predictions.loaded import LoadedTable
from worker.predictions.tables import predict_table

BLOCKS = 5
WARM_UP = 20
SEARCH_S = 30
Call = Callable[[], object]
ROW = {"size": 61.5, "town": "Lyon", "rooms": 3}


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of each call, by what was called."""

    name: str
    of: dict[str, list[float]]

    def lines(self) -> Iterator[Line]:
        for share in (50, 95):
            for way, each in self.of.items():
                taken = float(np.percentile(each, share))
                yield Line(f"{self.name}, {way} p{share}", taken, "ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=300)
    requests = parser.parse_args().requests
    with (
        tempfile.TemporaryDirectory(prefix="model-studio-benchmark-") as directory,
        running_service(concurrency=1, DATA_DIR=directory) as client,
        httpx.Client(base_url=client.base_url, timeout=60) as http,
    ):
        table_id, forecast_id = _train_table(http), _train_forecast(http)
        table, forecast = _stored_models(Path(directory))
        body = {"horizon_days": 1}
        alone = {"direct": lambda: forecast_rows(forecast, first_periods(forecast, 1))}
        timed = [
            _time(http, table_id, {"rows": [ROW]}, _calls_of_table(table), requests),
            _time(http, forecast_id, body, alone, requests),
        ]
    print_lines(f"{requests} predictions each", [line for one in timed for line in one.lines()])


def _time(
    http: httpx.Client,
    model: tuple[str, str],
    body: dict[str, Any],
    calls: Mapping[str, Call],
    requests: int,
) -> Timed:
    model_id, name = model
    content = json.dumps(body)

    def ask() -> None:
        answer = http.post(
            f"/api/v1/models/{model_id}/predict",
            content=content,
            headers={"Content-Type": "application/json"},
        )
        answer.raise_for_status()

    _await_worker(ask)
    ways = {"HTTP": ask, **calls}
    timed = Timed(name, {way: [] for way in ways})
    for call in ways.values():
        for _ in range(WARM_UP):
            call()
    for _ in range(BLOCKS):
        for way, call in ways.items():
            timed.of[way].extend(_milliseconds(call, requests // BLOCKS))
    return timed


def _calls_of_table(table: LoadedTable) -> Mapping[str, Call]:
    row, limits = pd.DataFrame([ROW]), TableLimits()
    request = PredictionRequest(
        tenant_id="",
        actor="",
        model_id="",
        manifest_digest="",
        content_type="application/json",
        accept="application/json",
        body=json.dumps({"rows": [ROW]}).encode(),
    )
    return {
        "worker's share": lambda: predict_table(table, "model", request, limits),
        "direct": lambda: predict_rows(table, row),
        "plain XGBoost": _plain_xgboost(),
    }


def _plain_xgboost() -> Call:
    """Its defaults, on categories as pandas has them."""
    frame = _rents().astype({"town": "category"})
    model = xgboost.XGBRegressor(enable_categorical=True).fit(
        frame.drop(columns="rent"), frame["rent"]
    )
    towns = frame["town"].dtype
    columns = [name for name in frame if name != "rent"]
    return lambda: model.predict(pd.DataFrame([ROW])[columns].astype({"town": towns}))


def _milliseconds(call: Call, times: int) -> Iterator[float]:
    for _ in range(times):
        start = time.perf_counter()
        call()
        yield 1000 * (time.perf_counter() - start)


def _await_worker(ask: Callable[[], None]) -> None:
    """The worker loads its libraries for some seconds, in which answers are 503."""
    for _ in range(120):
        try:
            return ask()
        except httpx.HTTPStatusError as error:
            if error.response.status_code != 503:
                raise
            time.sleep(0.5)
    raise TimeoutError("no prediction worker came up")


def _rents() -> pd.DataFrame:
    random = np.random.default_rng(1)
    size, rooms = random.normal(60, 15, 600), random.integers(1, 6, 600)
    town = random.choice(["Lyon", "Lille", "Nice"], 600)
    rent = 12 * size + 80 * rooms + random.normal(0, 40, 600)
    return pd.DataFrame({"size": size, "rooms": rooms, "town": town, "rent": rent})


def _train_table(http: httpx.Client) -> tuple[str, str]:
    answer = http.post(
        "/api/v1/models",
        files={"file": ("rents.parquet", _rents().to_parquet())},
        data={
            "ml_task": "regression",
            "target_variable": "rent",
            "time_budget_seconds": SEARCH_S,
        },
    )
    _await_job(http, answer)
    return _newest(http, "table"), "table"


def _train_forecast(http: httpx.Client) -> tuple[str, str]:
    sales = generate_shop(1, 2.0, seed=11).dropna(subset="quantity")
    content = sales.to_csv(index=False).encode()
    headers = {"Content-Type": "text/csv"}
    http.post("/api/v1/training/sales", content=content, headers=headers).raise_for_status()
    _await_job(http, http.post("/api/v1/training/start", json={"algorithm": "prophet"}))
    return _newest(http, "product"), "forecast"


def _await_job(http: httpx.Client, accepted: httpx.Response) -> None:
    accepted.raise_for_status()
    job_id = accepted.json()["job_id"]
    while (status := http.get(f"/api/v1/training/status/{job_id}").json())["status"] in {
        "pending",
        "running",
    }:
        time.sleep(0.5)
    if status["status"] != "completed":
        raise RuntimeError(f"training ended as {status}")


def _newest(http: httpx.Client, kind: str) -> str:
    listed = http.get("/api/v1/models", params={"kind": kind, "limit": 1}).json()
    return str(listed["items"][0]["model_id"])


def _stored_models(data_directory: Path) -> tuple[LoadedTable, Any]:
    """The models of the service as it stored them: the table's and the product's."""
    store = ArtifactStore(str(data_directory / "models"))
    key = (data_directory / "signing-key").read_text().strip()
    bundles = []
    for stored in store.digests():
        try:
            bundles.append(load_bundle(store, stored.digest, key))
        except ManifestError:  # a file of a bundle, not its manifest
            continue
    (table,) = (files for files in bundles if "preprocessing.pkl" in files)
    (forecast,) = (files for files in bundles if files.keys() == {"model.pkl", "feature_list.json"})
    fitted = LoadedTable(
        preprocessing=bundle.loads(table["preprocessing.pkl"]),
        model=bundle.loads(table["model.pkl"]),
        features=tuple(json.loads(table["feature_list.json"])),
        classes=None,
    )
    return fitted, bundle.loads(forecast["model.pkl"])


if __name__ == "__main__":
    main()
