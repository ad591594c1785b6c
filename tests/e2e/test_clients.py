"""The SDK, the command and the documents' example clients against the running service."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from client import Client, TableRequest
from client.errors import InvalidInputError, NotFoundError
from client.progress import StudioUpdate
from client.records import AcceptedJob
from tests.e2e.service import ROOT, Service
from tests.e2e.shop import sales_csv

PRODUCTS = 4
CHEAP = "seasonal_naive"


@pytest.fixture(scope="module")
def studio(service: Service) -> Iterator[Client]:
    with Client(service.url) as client:
        yield client


@pytest.fixture(scope="module")
def sales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sales") / "sales.csv"
    file.write_text(sales_csv(PRODUCTS, days=120))
    return file


@pytest.fixture(scope="module")
def job(studio: Client, sales: Path) -> AcceptedJob:
    studio.import_sales(sales)
    names = [f"sku-{number:02}" for number in range(PRODUCTS)]
    return studio.start(names, algorithm=CHEAP, job_name="Clients")


@pytest.fixture(scope="module", params=["regression", "classification"])
def table(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A file, its target and the task."""
    file = tmp_path_factory.mktemp("table") / "homes.parquet"
    options = ["--rows", "300", "--task", request.param, "--out", str(file)]
    run("-m", "examples.table", *options)
    target = {"regression": "monthly_rent", "classification": "time_to_let"}[request.param]
    return [str(file), target, request.param]


def run(*arguments: str, url: str = "") -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | {"MODEL_STUDIO_URL": url},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_importing_again_changes_nothing(studio: Client, sales: Path, job: AcceptedJob) -> None:
    report = studio.import_sales(sales)

    assert report.rows_read == report.rows_unchanged == PRODUCTS * 120
    assert report.first_date is not None
    assert f"{report.first_date:%Y-%m-%d}" == "2025-01-01"


def test_watching_sees_every_message_once(studio: Client, job: AcceptedJob) -> None:
    messages = list(studio.watch(job.job_id))

    assert [one.seq for one in messages] == list(range(1, len(messages) + 1))
    assert messages[-1].type == "training_completed"
    assert messages[-1].percentage == 100.0
    assert messages[-1].progress.products_completed == PRODUCTS
    assert not any(one.polled for one in messages)
    late = list(studio.watch(job.job_id, after=messages[-3].seq))
    assert [one.seq for one in late] == [one.seq for one in messages[-2:]]


def test_results_of_a_job(studio: Client, job: AcceptedJob) -> None:
    status = studio.wait(job.job_id)
    product = status.products[2]  # no other test here trains it again
    sku = product.sku or ""
    latest = studio.latest(sku)

    assert (status.status, status.products_completed) == ("completed", PRODUCTS)
    assert product.model_id == latest.model_id
    assert product.metrics["mase"] is not None
    assert product.baseline["mase"] is not None
    assert latest.algorithm == CHEAP
    assert studio.model(latest.id) == studio.model(latest.model_id or "")
    assert studio.metrics(latest.id)["metrics"]["wape"] is not None
    assert latest.id in {one.id for one in studio.models(product_id=sku).items}
    assert job.job_id in {one.job_id for one in studio.history(limit=50).items}
    days = {one.sku: one.days for one in studio.all_products()}
    assert days[sku] == 120


def test_a_forecast_is_found_by_product_and_by_model(studio: Client, job: AcceptedJob) -> None:
    product = studio.wait(job.job_id).products[1]

    by_sku = studio.forecast(product.sku or "")
    by_model = studio.forecast(product.model_id or "")

    assert by_sku == by_model
    assert len(by_sku.forecast) == 90
    assert f"{by_sku.forecast[0].ds:%Y-%m-%d}" == "2025-05-01"


def test_a_key_starts_one_job(studio: Client, job: AcceptedJob) -> None:
    jobs = [
        studio.start(["sku-00"], algorithm=CHEAP, idempotency_key="clients-test") for _ in range(2)
    ]

    assert jobs[0].job_id == jobs[1].job_id
    assert studio.wait(jobs[0].job_id).status == "completed"


def test_a_stopped_job_ends(studio: Client, job: AcceptedJob) -> None:
    started = studio.start(["sku-00", "sku-01"], budget="best", engine="stan")  # takes its time

    studio.stop(started.job_id)

    assert studio.wait(started.job_id).status == "cancelled"


def test_refusals_are_errors_of_ours(studio: Client, job: AcceptedJob, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("date,product_id,quantity\n2025-01-01,a,many\n")

    with pytest.raises(InvalidInputError) as caught:
        studio.import_sales(wrong)
    assert caught.value.errors[0]["column"] == "quantity"
    with pytest.raises(InvalidInputError):
        studio.start(["sku-00"], priority=1000)
    with pytest.raises(NotFoundError):
        studio.status("00000000-0000-0000-0000-000000000000")
    with pytest.raises(NotFoundError):
        list(studio.watch("00000000-0000-0000-0000-000000000000"))


def test_a_table_over_the_socket_and_over_http(studio: Client, table: list[str]) -> None:
    file, target, task = table
    request = TableRequest(target_variable=target, ml_task=task, time_budget_seconds=1)

    updates: list[StudioUpdate] = list(studio.train_parquet(file, request))
    uploaded = studio.wait(studio.upload(file, request).job_id)

    assert updates[-1].type == "completed"
    assert 0 < updates[-1].metrics["test_accuracy"] <= 1
    assert uploaded.model is not None
    assert 0 < uploaded.metrics["test_accuracy"] <= 1  # time decides how alike the two are


def test_a_target_that_is_not_there_lists_the_columns(studio: Client, table: list[str]) -> None:
    request = TableRequest(target_variable="price", ml_task=table[2])

    *_, last = studio.train_parquet(table[0], request)

    assert last.type == "error"
    assert "Target variable 'price' not found in data. Available columns: [" in last.message


def test_the_example_client_of_the_training_service(service: Service, job: AcceptedJob) -> None:
    said = run("examples/s2_watch_training.py", job.job_id, "--url", service.url)

    assert re.search(r"^Progress: 100(\.0)?%$", said, re.MULTILINE)
    assert "Training finished" in said


def test_the_command(service: Service, job: AcceptedJob) -> None:
    cli = ("-m", "client.cli")

    trained = run(*cli, "train", "sku-00", "--algorithm", CHEAP, "--json", url=service.url)
    messages = [json.loads(line) for line in trained.splitlines()]
    forecast = run(*cli, "forecast", "sku-00", "--days", "3", url=service.url)
    listed = json.loads(run(*cli, "models", "--product", "sku-00", "--json", url=service.url))
    status = run(*cli, "status", messages[0]["job_id"], url=service.url)

    assert messages[-1]["type"] == "training_completed"
    assert "2025-05-01" in forecast
    assert listed[0]["algorithm"] == CHEAP
    assert "Product 0" in status


@pytest.mark.timeout(600)
def test_the_demo_can_be_repeated(tmp_path: Path) -> None:
    environment = os.environ | {
        "DATA_DIR": str(tmp_path / "data"),
        "FORECAST_BUDGET": "fast",
        "TABLE_TIME_BUDGET_SECONDS": "1",
    }
    command = [sys.executable, "-m", "client.cli", "demo", "--products", "2"]

    for _ in range(2):
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "of repeating last week (seasonal naive)" in done.stdout
        assert "test_accuracy" in done.stdout

    assert "already there" in done.stdout
    assert not (tmp_path / "data" / "launcher.json").exists()
