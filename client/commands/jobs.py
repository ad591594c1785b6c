"""Commands about jobs: list, show, stop, repeat, forget, and read their logs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.text import Text

from client.commands.answers import answer, answer_list, done, first
from client.commands.following import follow
from client.layout import state as coloured
from client.options import AsJson, Limit, Url, WatchOver, connect
from client.paging import every
from client.records import AcceptedJob
from client.resources.jobs import LogLevel, LogLine
from client.tables import print_job, print_jobs, print_product_statuses
from client.terminal import counted, plain

JobId = Annotated[str, typer.Argument(metavar="JOB")]
State = Literal["pending", "running", "completed", "failed", "cancelled"]


def jobs(
    state: Annotated[State | None, typer.Option(help="Only jobs in this state.")] = None,
    kind: Annotated[
        Literal["products", "upload", "prediction"] | None,
        typer.Option(help="Over products, of a table, or predictions of a file."),
    ] = None,
    trigger: Annotated[
        Literal["request", "schedule", "event", "drift", "retry"] | None,
        typer.Option(help="Only jobs started by this."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="A part of the name.")] = None,
    product: Annotated[str | None, typer.Option(help="Only jobs that train this product.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only jobs from then on.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Only jobs before then.")] = None,
    sort: Annotated[
        Literal["created_at", "completed_at", "priority", "duration"],
        typer.Option(help="What to sort by, the greatest first."),
    ] = "created_at",
    ascending: Annotated[bool, typer.Option("--ascending", help="The least first.")] = False,
    limit: Limit = 20,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List jobs: filtered, sorted, the newest first."""
    with connect(url) as studio:
        found = first(
            limit,
            studio.history,
            status=state,
            kind=kind,
            trigger=trigger,
            job_name=name,
            product=product,
            created_from=since,
            created_to=until,
            sort=sort,
            direction="asc" if ascending else "desc",
        )
    answer_list(found, print_jobs, as_json=as_json)


def status(
    job_id: Annotated[str | None, typer.Argument(metavar="JOB", help="None: all jobs")] = None,
    state: Annotated[State | None, typer.Option(help="Only products in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many jobs to list.")] = 20,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show a job with its products, or list the newest jobs."""
    with connect(url) as studio:
        if job_id is None:
            answer_list(first(limit, studio.history), print_jobs, as_json=as_json)
        elif state is None:
            answer(studio.status(job_id), print_job, as_json=as_json)
        else:
            products = tuple(every(studio.product_statuses, job_id, status=state))
            answer_list(products, print_product_statuses, as_json=as_json)


def stop(
    job_id: JobId,
    mode: Annotated[
        Literal["abort", "finish"],
        typer.Option(help="abort: at once; finish: products in training are completed first."),
    ] = "abort",
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Stop a job; the models it has finished stay."""
    with connect(url) as studio:
        job = studio.stop(job_id, mode=mode)
    text = f"{counted(job.tasks_cancelled, 'waiting task')} cancelled, {job.tasks_running} running."
    done(f"The job had ended as {job.status}." if job.had_ended else text, job, as_json=as_json)


def retry(
    job_id: JobId,
    watch: Annotated[bool, typer.Option(help="Follow the new job until it ends.")] = False,
    over: WatchOver = "websocket",
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Train again what failed or was cancelled in a job."""
    with connect(url, over=over) as studio:
        job = studio.retry(job_id)
        if watch:
            follow(studio, job.job_id, after=0, as_json=as_json)
        else:
            answer(job, print_accepted, as_json=as_json)


def delete_job(job_id: JobId, url: Url = None, as_json: AsJson = False) -> None:
    """Forget a job that has ended; its models stay."""
    with connect(url) as studio:
        deleted = studio.delete_job(job_id)
    kept = counted(deleted.models_kept, "model")
    done(f"The job is forgotten. Kept of it: {kept}.", deleted, as_json=as_json)


def logs(
    job_id: JobId,
    level: Annotated[LogLevel, typer.Option(help="This level and above.")] = "INFO",
    product: Annotated[str | None, typer.Option(help="Only of this product.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many lines.")] = 1000,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Read the log of a job: what happened, and how long it took."""
    with connect(url) as studio:
        lines = first(limit, studio.logs, job_id, level=level, product=product)
    answer_list(lines, _print_logs, as_json=as_json)


def print_accepted(console: Console, job: AcceptedJob) -> None:
    console.print(f"Job {job.job_id} has been accepted.")


def _print_logs(console: Console, lines: Sequence[LogLine]) -> None:
    if not lines:
        console.print("There are no lines of this level. `--level DEBUG` shows every step.")
    for line in lines:
        about = " ".join(filter(None, (line.product_name, line.step_name)))
        took = f" ({line.execution_time_ms:,} ms)" if line.execution_time_ms is not None else ""
        console.print(
            Text.assemble(
                (f"{line.created_at.astimezone():%H:%M:%S} ", "dim"),
                coloured(line.log_level),
                f" {plain(about)}: " if about else " ",
                plain(line.message),
                (took, "dim"),
            )
        )
