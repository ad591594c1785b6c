"""The whole way once: sales in, a model for every product out, and how good they are."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table
from rich.text import Text

from client.bars import file_progress, job_progress
from client.errors import ServiceStartError, TrainingFailedError
from client.records import ENDED, JobStatus, ProductStatus
from client.sdk import Client
from client.services import module_command, module_environment, service
from client.tables import note_on, print_forecast, print_import
from client.tabular import TableRequest
from client.terminal import NONE, metric, number, plain, remarks, results, share
from client.training_commands import print_update

_YEARS = "2.5"
_TABLE_TARGET = "monthly_rent"
_FORECAST_DAYS = 14


def run_demo(data_dir: Path, port: int, *, sales: Path | None, products: int) -> None:
    """Raises unless every product reached its end and the job completed."""
    console = results()
    with TemporaryDirectory(prefix="model-studio-demo-") as scratch:
        sales = sales or _sample("examples.shop", Path(scratch, "sales.parquet"), products)
        console.print("Starting the services …")
        with service(data_dir, port) as url, Client(url) as studio:
            console.print(f"Model Studio answers at {url}")
            print_import(console, studio.import_sales(sales))
            job = _train_everything(studio)
            _print_accuracy(console, job.products)
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


def _train_everything(studio: Client) -> JobStatus:
    accepted = studio.start(job_name="Demo: every product")
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


def _print_accuracy(console: Console, products: Sequence[ProductStatus]) -> None:
    table = Table(title="Error on days the models had not seen", box=None, pad_edge=False)
    table.add_column("product", max_width=32)
    table.add_column("days", justify="right")
    table.add_column("model")
    for heading in ("MASE", "naive", "WAPE", "naive"):
        table.add_column(heading, justify="right")
    table.add_column("note")
    for one in sorted(products, key=lambda one: one.name):
        table.add_row(*_accuracy_row(one))
    console.print()
    console.print(table)
    _print_overall(console, products)


def _accuracy_row(product: ProductStatus) -> tuple[str, ...]:
    days = product.raw.get("training_data_points")
    return (
        plain(product.name),
        NONE if days is None else f"{days:,}",
        plain(product.raw.get("algorithm") or NONE),
        number(metric(product.metrics, "mase")),
        number(metric(product.baseline, "mase")),
        share(metric(product.metrics, "wape")),
        share(metric(product.baseline, "wape")),
        note_on(product),
    )


def _print_overall(console: Console, products: Sequence[ProductStatus]) -> None:
    mases = _compared(products, "mase")
    wapes = _compared(products, "wape")
    if not mases or not wapes:
        raise TrainingFailedError("No product could be compared; the notes above say why.")
    console.print(
        f"\nAverage MASE {number(fmean(ours for ours, _ in mases))} against "
        f"{number(fmean(naive for _, naive in mases))}, and WAPE "
        f"{share(fmean(ours for ours, _ in wapes))} against "
        f"{share(fmean(naive for _, naive in wapes))}, of repeating last week (seasonal naive)."
    )
    better = sum(ours < naive for ours, naive in mases)
    console.print(f"Better than that for {better} of {len(mases)} products.")
    untrained = sum(one.status != "completed" for one in products)
    if untrained:
        console.print(Text(f"{untrained} products have no model; the note says why.", "yellow"))


def _compared(products: Sequence[ProductStatus], name: str) -> list[tuple[float, float]]:
    """A metric of the model and of the baseline, where both are defined."""
    pairs = [(metric(one.metrics, name), metric(one.baseline, name)) for one in products]
    return [(ours, naive) for ours, naive in pairs if ours is not None and naive is not None]


def _print_one_forecast(
    console: Console, studio: Client, products: Sequence[ProductStatus]
) -> None:
    trained = [one for one in products if one.model_id]
    shown = min(trained, key=lambda one: metric(one.metrics, "wape") or float("inf"))
    console.print(f"\nThe next {_FORECAST_DAYS} days of {plain(shown.name)}:")
    print_forecast(console, studio.forecast(shown.model_id or ""), days=_FORECAST_DAYS)


def _train_table(console: Console, studio: Client, file: Path) -> None:
    console.print(f"\nA table over the WebSocket: which {_TABLE_TARGET} fits a home?")
    request = TableRequest(target_variable=_TABLE_TARGET, ml_task="regression")
    update = None
    with file_progress(remarks()) as show:
        for update in studio.train_parquet(file, request):
            show(update)
    if update is None or update.type != "completed":
        raise TrainingFailedError(update.message if update else "The service sent nothing.")
    print_update(update)
