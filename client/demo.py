"""The whole way once: sales in, a model for every product out, and how good they are."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from client.accuracy import print_accuracy
from client.bars import file_progress, job_progress
from client.commands.training import print_update
from client.errors import ServiceStartError, TrainingFailedError
from client.forecast_tables import print_forecast
from client.records import ENDED, ImportReport, JobStatus, ProductStatus
from client.sdk import Client
from client.services import module_command, module_environment, service
from client.tables import print_import
from client.tabular import TableRequest
from client.terminal import counted, duration, metric, plain, remarks, results

_YEARS = "2.5"
_TABLE_TARGET = "monthly_rent"
_TABLE_SECONDS = 20
# Where it is set, the service's own time for a table holds for the demo, too.
_TABLE_SETTING = "TABLE_TIME_BUDGET_SECONDS"
_FORECAST_DAYS = 14


def run_demo(data_dir: Path, port: int, *, sales: Path | None, products: int) -> None:
    """Raises unless every product reached its end and the job completed."""
    console = results()
    with TemporaryDirectory(prefix="model-studio-demo-") as scratch:
        sales = sales or _sample("examples.shop", Path(scratch, "sales.parquet"), products)
        with service(data_dir, port, console.print) as url, Client(url) as studio:
            console.print(f"Model Studio answers at {url}")
            report = studio.import_sales(sales)
            print_import(console, report)
            job = _train_everything(studio, report)
            _print_duration(console, job)
            print_accuracy(console, job.products, _history_days(studio))
            _print_one_forecast(console, studio, job.products)
            _train_table(console, studio, _sample("examples.table", Path(scratch, "homes.parquet")))
    console.print("\nThe data stays: `make up` serves it, with pages to look at.")


def _sample(module: str, file: Path, products: int | None = None) -> Path:
    """Generated data; the holidays in it are those that the service will assume."""
    options = ["--seed", "7", "--out", str(file)]
    if products is not None:
        country = os.environ.get("HOLIDAY_COUNTRY", "ES")
        options += ["--products", str(products), "--years", _YEARS, "--country", country]
    done = subprocess.run(
        module_command(module, *options),
        env=module_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ServiceStartError(f"The sample data could not be made:\n{done.stderr.strip()}")
    return file


def _train_everything(studio: Client, report: ImportReport) -> JobStatus:
    """Every product of the file; others of an earlier demo keep the models that they have."""
    accepted = studio.start(report.product_ids or None, job_name="Demo: every product")
    with job_progress(remarks()) as show:
        for message in studio.watch(accepted.job_id):
            show(message)
    job = studio.status(accepted.job_id)
    open_products = [one.name for one in job.products if one.status not in ENDED]
    if job.status != "completed" or open_products:
        left = f"; not ended: {', '.join(map(plain, open_products))}" if open_products else ""
        raise TrainingFailedError(
            f"The job ended as {job.status}: {job.error_message or 'no reason was given'}{left}"
        )
    return job


def _print_duration(console: Console, job: JobStatus) -> None:
    if job.started_at is not None and job.completed_at is not None:
        seconds = (job.completed_at - job.started_at).total_seconds()
        console.print(f"{counted(job.products_completed, 'model')} trained in {duration(seconds)}.")


def _history_days(studio: Client) -> dict[str | None, int | None]:
    return {product.id: product.days for product in studio.all_products()}


def _print_one_forecast(
    console: Console, studio: Client, products: Sequence[ProductStatus]
) -> None:
    trained = [one for one in products if one.model_id]
    shown = min(trained, key=lambda one: metric(one.metrics, "wape") or float("inf"))
    console.print(f"\nThe next {_FORECAST_DAYS} days of {plain(shown.name)}:")
    print_forecast(console, studio.forecast(shown.model_id or ""), days=_FORECAST_DAYS)


def _train_table(console: Console, studio: Client, file: Path) -> None:
    console.print(f"\nA table over the WebSocket: which {_TABLE_TARGET} fits a home?")
    seconds = None if _TABLE_SETTING in os.environ else _TABLE_SECONDS
    request = TableRequest(
        target_variable=_TABLE_TARGET, ml_task="regression", time_budget_seconds=seconds
    )
    update = None
    with file_progress(remarks()) as show:
        for update in studio.train_parquet(file, request):
            show(update)
    if update is None or update.type != "completed":
        raise TrainingFailedError(update.message if update else "The service sent nothing.")
    print_update(update)
