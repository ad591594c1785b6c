"""Answers of the service as tables."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from client.errors import ProblemError
from client.records import Forecast, ImportReport, JobStatus, Model, ProductStatus
from client.terminal import NONE, counted, metric, number, plain, share

MOST_ERRORS = 20
MOST_NAMES = 3
_ERROR_COLUMNS = ("row", "column", "field", "value", "message")
_WHOLE = {"job": 36, "model": 23}
_COLOURS = {"completed": "green", "failed": "red", "cancelled": "yellow", "running": "cyan"}


def print_import(console: Console, report: ImportReport) -> None:
    console.print(
        f"Read {counted(report.rows_read, 'row')} of {counted(report.products, 'product')}, "
        f"{_day(report.first_date)} to {_day(report.last_date)}: "
        f"{report.rows_inserted:,} new, {report.rows_updated:,} changed, "
        f"{report.rows_unchanged:,} already there."
    )
    for warning in report.warnings:
        console.print(Text(f"Note: {plain(warning)}", "yellow"))


def print_job(console: Console, job: JobStatus) -> None:
    share_done = f", {number(job.progress_percentage, 1)} %, {_counts(job)}"
    console.print(Text.assemble(f"Job {job.job_id}: ", _status(job.status), share_done))
    for reason in filter(None, (job.waiting_reason, job.error_message)):
        console.print(Text(plain(reason)))
    if job.products:
        console.print(_products(job.products))
        print_notes(console, job.products)


def print_jobs(console: Console, jobs: Sequence[JobStatus]) -> None:
    if not jobs:
        console.print("There are no jobs yet. `model-studio train` starts one.")
        return
    table = _table("job", "name", "status", "%", "trained", "created")
    for job in jobs:
        table.add_row(
            job.job_id,
            plain(job.job_name or NONE),
            _status(job.status),
            number(job.progress_percentage, 0),
            _short_counts(job),
            _moment(job.created_at),
        )
    console.print(table)


def print_models(console: Console, models: Sequence[Model]) -> None:
    if not models:
        console.print("There are no models yet. `model-studio train` makes one of every product.")
        return
    table = _table("model", "of", "algorithm", "MASE", "WAPE", "in use", "trained")
    for model in models:
        table.add_row(
            model.model_id or model.id,
            plain(model.name or NONE),
            plain(model.algorithm or NONE),
            number(metric(model.metrics, "mase")),
            share(metric(model.metrics, "wape")),
            "yes" if model.is_deployed else "no",
            _moment(model.created_at),
        )
    console.print(table)


def print_forecast(console: Console, forecast: Forecast, *, days: int) -> None:
    width = forecast.interval_width
    table = _table("day", "expected", "at least", "at most")
    for point in forecast.forecast[:days]:
        table.add_row(
            f"{point.ds:%a %Y-%m-%d}",
            number(point.yhat, 1),
            number(point.yhat_lower, 1),
            number(point.yhat_upper, 1),
        )
    console.print(table)
    if width is not None:
        console.print(f"“At least” to “at most” is meant to hold on {share(width)} of the days.")


def print_problem(console: Console, error: ProblemError) -> None:
    """What was wrong, row by row where the service says so."""
    console.print(Text(plain(error), "red"))
    if error.status >= 500 and error.request_id:
        console.print(f"The service's log has the reason under request {error.request_id}.")
    if not error.errors:
        return
    rows = sorted(error.errors, key=_row_number)[:MOST_ERRORS]
    found = dict.fromkeys(name for one in rows for name in one)
    names = [name for name in _ERROR_COLUMNS if name in found]
    names += [name for name in found if name not in names]
    table = _table(*names)
    for one in rows:
        table.add_row(*(plain(one.get(name, NONE)) for name in names))
    console.print(table)
    if error.errors_total > len(rows):
        console.print(f"… and {error.errors_total - len(rows):,} more.")


def _products(products: Sequence[ProductStatus]) -> Table:
    table = _table("product", "status", "%", "MASE", "naive", "WAPE")
    for product in products:
        table.add_row(
            plain(product.name),
            _status(product.status),
            number(product.progress, 0),
            number(metric(product.metrics, "mase")),
            number(metric(product.baseline, "mase")),
            share(metric(product.metrics, "wape")),
        )
    return table


def print_notes(console: Console, products: Iterable[ProductStatus]) -> None:
    """Why products have no model, or only a simple one, and what to do about it: each once."""
    names_by_note: dict[str, list[str]] = {}
    for product in products:
        if reason := product.error_message or product.degraded_reason:
            action = f" → {product.recommended_action}" if product.recommended_action else ""
            names_by_note.setdefault(plain(reason + action), []).append(plain(product.name))
    for note, names in names_by_note.items():
        console.print(Text(f"{_listed(names)}: {note}", "yellow"))


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    right = {"%", "MASE", "WAPE", "naive", "expected", "at least", "at most"}
    for column in columns:
        table.add_column(
            column,
            justify="right" if column in right else "left",
            min_width=_WHOLE.get(column),  # a narrow terminal leaves other columns out
            no_wrap=column in _WHOLE,
        )
    return table


def _row_number(error: Mapping[str, object]) -> int:
    row = error.get("row")
    return row if isinstance(row, int) else 0


def _listed(names: Sequence[str]) -> str:
    if len(names) <= MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:MOST_NAMES])} and {len(names) - MOST_NAMES:,} more"


def _status(status: str) -> Text:
    return Text(status, _COLOURS.get(status, ""))


def _counts(job: JobStatus) -> str:
    if job.kind != "products":
        return "an uploaded file"
    failed = f", {job.products_failed} failed" if job.products_failed else ""
    return (
        f"{job.products_completed} of {counted(job.products_total or 0, 'product')} trained{failed}"
    )


def _short_counts(job: JobStatus) -> str:
    if job.kind != "products":
        return "a file"
    failed = f", {job.products_failed} failed" if job.products_failed else ""
    return f"{job.products_completed} of {job.products_total or 0}{failed}"


def _day(moment: datetime | None) -> str:
    return NONE if moment is None else f"{moment:%Y-%m-%d}"


def _moment(moment: datetime | None) -> str:
    return NONE if moment is None else f"{moment.astimezone():%Y-%m-%d %H:%M}"
