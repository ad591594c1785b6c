"""Answers of the service as tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from client.errors import ProblemError
from client.layout import day, fitted, moment, state, table, words, yes
from client.records import ImportReport, JobStatus, Model, ProductStatus
from client.terminal import NONE, counted, metric, number, plain, share

MOST_ERRORS = 20
MOST_NAMES = 3
_ERROR_COLUMNS = ("sheet", "row", "column", "field", "value", "message")


def print_import(console: Console, report: ImportReport) -> None:
    console.print(
        f"Read {counted(report.rows_read, 'row')} of {counted(report.products, 'product')}, "
        f"{day(report.first_date)} to {day(report.last_date)}: "
        f"{report.rows_inserted:,} new, {report.rows_updated:,} changed, "
        f"{report.rows_unchanged:,} already there."
    )
    if report.rows_deleted:
        console.print(
            f"Deleted as the file does not have them: {counted(report.rows_deleted, 'row')}."
        )
    if report.covariates:
        console.print(
            Text(
                "Kept beside the sales, and used where they help:"
                f" {plain(', '.join(report.covariates))}. --exclude COLUMN leaves one out."
            )
        )
    for warning in report.warnings:
        console.print(Text(f"Note: {plain(warning)}", "yellow"))


def print_job(console: Console, job: JobStatus) -> None:
    share_done = f", {number(job.progress_percentage, 1)} %, {_counts(job)}"
    console.print(Text.assemble(f"Job {job.job_id}: ", state(job.status), share_done))
    for reason in filter(None, (job.waiting_reason, _expected_end(job), job.error_message)):
        console.print(Text(plain(reason)))
    if job.products and job.kind == "products":
        console.print(_products(job.products))
    if job.model is not None:
        print_trained(console, job.model.model_id or job.model.id, job.metrics)
    print_notes(console, job.products)
    if job.products_next_cursor:
        console.print(
            "There are more products: `status JOB --state failed` lists those of a state."
        )
    for hint in job.hints:
        console.print(Text(f"Note: {plain(hint)}", "yellow"))


def print_trained(console: Console, model_id: str, metrics: Mapping[str, Any]) -> None:
    """A model of a table, with its numbers."""
    console.print(f"Model {model_id}", style="green")
    for name, value in metrics.items():
        if value is not None:
            shown = number(value, 4) if isinstance(value, float) else plain(value)
            console.print(f"  {plain(name):<22} {shown}")


def print_product_statuses(console: Console, products: Sequence[ProductStatus]) -> None:
    if not products:
        console.print("There is no such product in this job.")
        return
    console.print(_products(products))
    print_notes(console, products)


def print_jobs(console: Console, jobs: Sequence[JobStatus]) -> None:
    if not jobs:
        console.print("There are no such jobs. `model-studio train` starts one.")
        return
    shown = table("job", "name", "status", "trained", "created")
    for job in jobs:
        shown.add_row(
            job.job_id,
            plain(job.job_name or _unasked(job) or NONE),
            _progress(job),
            _short_counts(job),
            moment(job.created_at),
        )
    console.print(fitted(console, shown, "trained"))


def print_models(console: Console, models: Sequence[Model]) -> None:
    if not models:
        console.print("There are no such models. `model-studio train` makes one of every product.")
        return
    shown = table("model", "of", "algorithm", "MASE", "WAPE", "in use", "trained")
    for model in models:
        shown.add_row(
            model.model_id or model.id,
            plain(model.name or model.ml_task or NONE),
            plain(model.algorithm or NONE),
            number(metric(model.metrics, "mase")),
            share(metric(model.metrics, "wape")),
            yes(model.is_deployed) + (", pinned" if model.is_pinned else ""),
            day(model.created_at and model.created_at.astimezone()),
        )
    console.print(fitted(console, shown, "algorithm"))


def print_problem(console: Console, error: ProblemError) -> None:
    """What was wrong, row by row where the service says so."""
    console.print(Text(plain(error), "red"))
    if error.status >= 500 and error.request_id:
        console.print(f"The service's log has the reason under request {error.request_id}.")
    if not error.errors:
        return
    rows = error.errors[:MOST_ERRORS]
    found = dict.fromkeys(name for one in rows for name, value in one.items() if value is not None)
    names = [name for name in _ERROR_COLUMNS if name in found]
    names += [name for name in found if name not in names]
    shown = table(*names)
    for one in rows:
        shown.add_row(*(words(one.get(name)) for name in names))
    console.print(shown)
    if error.errors_total > len(rows):
        console.print(f"… and {error.errors_total - len(rows):,} more.")


def _products(products: Sequence[ProductStatus]) -> Table:
    shown = table("product", "status", "%", "MASE", "naive", "WAPE")
    for product in products:
        shown.add_row(
            plain(product.name),
            state(product.status),
            number(product.progress, 0),
            number(metric(product.metrics, "mase")),
            number(metric(product.baseline, "mase")),
            share(metric(product.metrics, "wape")),
        )
    return shown


def print_notes(console: Console, products: Iterable[ProductStatus]) -> None:
    """Why products have no model, or only a simple one, and what to do about it: each once."""
    names_by_note: dict[str, list[str]] = {}
    for product in products:
        if reason := product.error_message or product.degraded_reason or product.skipped_reason:
            action = f" → {product.recommended_action}" if product.recommended_action else ""
            names_by_note.setdefault(plain(reason + action), []).append(plain(product.name))
    for note, names in names_by_note.items():
        console.print(Text(f"{listed(names)}: {note}", "yellow"))


def listed(names: Sequence[str]) -> str:
    """The names of a few, and of many the first few and how many more there are."""
    if len(names) <= MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:MOST_NAMES])} and {len(names) - MOST_NAMES:,} more"


def _unasked(job: JobStatus) -> str | None:
    """What started a job that nobody asked for."""
    return None if job.trigger in {None, "request"} else f"by {job.trigger}"


def _progress(job: JobStatus) -> Text:
    if job.status != "running":
        return state(job.status)
    return state(job.status).append(f" {number(job.progress_percentage, 0)} %")


def _expected_end(job: JobStatus) -> str | None:
    likely = job.estimated_completion_p50 or job.estimated_completion
    if job.has_ended or likely is None:
        return None
    late = job.estimated_completion_p90
    said = f"Expected to end about {likely.astimezone():%H:%M}"
    return f"{said}, hardly after {late.astimezone():%H:%M}." if late else f"{said}."


def _counts(job: JobStatus) -> str:
    if job.kind == "prediction":
        return "predictions of a file"
    if job.kind != "products":
        return "an uploaded file"
    failed = f", {job.products_failed} failed" if job.products_failed else ""
    skipped = f", {job.products_skipped} unchanged" if job.products_skipped else ""
    trained = job.products_completed - job.products_skipped
    return f"{trained} of {counted(job.products_total or 0, 'product')} trained{skipped}{failed}"


def _short_counts(job: JobStatus) -> str:
    if job.kind != "products":
        return "a file"
    failed = f", {job.products_failed} failed" if job.products_failed else ""
    return f"{job.products_completed} of {job.products_total or 0}{failed}"
