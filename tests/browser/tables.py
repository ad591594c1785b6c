"""Models of tables that tests of the page look at, one for each task."""

import io
from typing import Any

import httpx
import numpy as np
import pandas as pd

from examples.table import generate_table
from tests.browser.trained import ENDED, PATIENCE_S
from tests.e2e.service import Service

HOSTILE_COLUMN = '<img src=x onerror="document.title=1"> & "quoted"'
HOSTILE_SERIES = "<b>Lyon</b>"
BUDGET_S = 3


def homes() -> pd.DataFrame:
    """Rents with an empty, a constant and a hostile column."""
    columns = ["listed_on", "district", "size_m2", "rooms", "has_balcony", "monthly_rent"]
    frame = generate_table(400)[columns]
    frame[HOSTILE_COLUMN] = np.arange(len(frame)) % 7
    frame["country"] = "France"
    frame.loc[frame.index[:40], "size_m2"] = np.nan
    return frame


def dear_homes() -> pd.DataFrame:
    rent = homes()["monthly_rent"]
    return (
        homes()
        .assign(price=np.where(rent > rent.median(), "dear", "cheap"))
        .drop(columns="monthly_rent")
    )


def shops() -> pd.DataFrame:
    """Two series of 150 days with a week's rhythm."""
    days = np.arange(150)
    rhythm = 20 + 6 * np.sin(days * 2 * np.pi / 7)
    dates = pd.date_range("2026-01-01", periods=len(days))
    parts = [
        pd.DataFrame({"day": dates, "shop": name, "sold": (rhythm + more + days % 3).round()})
        for name, more in ((HOSTILE_SERIES, 0), ("Bern", 12))
    ]
    return pd.concat(parts, ignore_index=True)


def parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def train_tables(service: Service) -> dict[str, str]:
    """The id of a model by its task."""
    rents, prices, sales = homes(), dear_homes(), shops()
    jobs = {
        "regression": _start(service, rents, "regression", target_variable="monthly_rent"),
        "classification": _start(service, prices, "classification", target_variable="price"),
        "clustering": _start(service, rents, "clustering"),
        "time_series": _start(service, sales, "time_series", target_variable="sold", horizon="7"),
    }
    return {task: _model_of(service, job) for task, job in jobs.items()}


def predict_file(service: Service, model_id: str, frame: pd.DataFrame) -> str:
    """The job that did it; it has ended."""
    address = f"{service.url}/api/v1/models/{model_id}/batch-predictions"
    answer = httpx.post(address, files={"file": ("rows.parquet", parquet(frame))}, timeout=60)
    assert answer.status_code == 202, answer.text
    job_id = str(answer.json()["job_id"])
    _ended(service, job_id)
    return job_id


def _start(service: Service, frame: pd.DataFrame, task: str, **asked: str) -> str:
    answer = httpx.post(
        f"{service.url}/api/v1/models",
        data={"ml_task": task, "time_budget_seconds": str(BUDGET_S), "task_name": task, **asked},
        files={"file": ("table.parquet", parquet(frame))},
        timeout=60,
    )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["job_id"])


def _model_of(service: Service, job_id: str) -> str:
    return str(_ended(service, job_id)["model"]["model_id"])


def _ended(service: Service, job_id: str) -> Any:
    def status() -> Any:
        return service.get(f"status/{job_id}")

    service.wait_until(lambda: status()["status"] in ENDED, PATIENCE_S)
    ended = status()
    assert ended["status"] == "completed", ended
    return ended
