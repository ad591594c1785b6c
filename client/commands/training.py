"""Commands that bring data in and make models of it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import typer

from client.bars import file_progress, job_progress
from client.errors import InvalidInputError, TrainingFailedError
from client.options import EXIT_INTERRUPTED, EXIT_JOB_FAILED, AsJson, Url, connect
from client.progress import ProgressMessage, StudioUpdate
from client.records import JobStatus
from client.sdk import Client
from client.tables import print_import, print_job, print_jobs
from client.tabular import TableRequest
from client.terminal import counted, number, plain, remarks, results, write_json

JobId = Annotated[str, typer.Argument(metavar="JOB")]


def import_sales(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV or Parquet")],
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Bring in sales. Importing the same file again changes nothing."""
    with connect(url) as studio:
        report = studio.import_sales(file)
    if as_json:
        write_json(report.raw)
    else:
        print_import(results(), report)


def train(
    products: Annotated[
        list[str] | None, typer.Argument(metavar="PRODUCT", help="Ids or SKUs; none: all")
    ] = None,
    watch: Annotated[bool, typer.Option(help="Follow the job until it ends.")] = True,
    name: Annotated[str | None, typer.Option(help="What to call the job.")] = None,
    priority: Annotated[int | None, typer.Option(min=0, max=9, help="Higher goes first.")] = None,
    algorithm: Annotated[str | None, typer.Option(help="Instead of choosing the best.")] = None,
    horizon_days: Annotated[int | None, typer.Option(min=1, help="Days to forecast.")] = None,
    timeout_seconds: Annotated[int | None, typer.Option(min=1, help="Longest duration.")] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Train a model for every product, or for those named."""
    with connect(url) as studio:
        job = studio.start(
            products or None,
            job_name=name,
            priority=priority,
            algorithm=algorithm,
            horizon_days=horizon_days,
            timeout_seconds=timeout_seconds,
        )
        if watch:
            _follow(studio, job.job_id, after=0, as_json=as_json)
        elif as_json:
            write_json(job.raw)
        else:
            results().print(f"Job {job.job_id} has been accepted.")


def watch(
    job_id: JobId,
    after: Annotated[int, typer.Option(min=0, help="Number of the last message seen.")] = 0,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Follow a job until it ends, through any lost connection."""
    with connect(url) as studio:
        _follow(studio, job_id, after=after, as_json=as_json)


def status(
    job_id: Annotated[str | None, typer.Argument(metavar="JOB", help="None: all jobs")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many jobs to list.")] = 20,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show a job with its products, or list the newest jobs."""
    with connect(url) as studio:
        if job_id is not None:
            _show_job(studio.status(job_id), as_json=as_json)
            return
        jobs = studio.history(limit=limit).items
    if as_json:
        write_json([one.raw for one in jobs])
    else:
        print_jobs(results(), jobs)


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
    if as_json:
        write_json(job.raw)
    else:
        cancelled = counted(job.tasks_cancelled, "waiting task")
        results().print(f"{cancelled} cancelled, {job.tasks_running} running.")


def train_parquet(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A Parquet file")],
    target: Annotated[str, typer.Option(help="The column to predict.")],
    task: Annotated[
        Literal["classification", "regression"], typer.Option(help="Classes, or amounts.")
    ] = "classification",
    algorithm: Annotated[str, typer.Option(help="auto compares them all.")] = "auto",
    test_size: Annotated[float, typer.Option(help="Share of rows kept for testing.")] = 0.2,
    name: Annotated[str | None, typer.Option(help="What to call the model.")] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Train the best model for a table, and show its quality.

    The numbers are those of rows that the model has not seen.
    """
    request = TableRequest(
        target_variable=target,
        ml_task=task,
        model_type=algorithm,
        task_name=name,
        test_size=test_size,
    )
    with connect(url) as studio:
        updates = studio.train_parquet(file, request)
        last = _written(updates) if as_json else _shown(updates)
    if last is None or last.type != "completed":
        message = last.message if last else "The training did not end"
        if last and last.job_id:
            raise TrainingFailedError(message)
        raise InvalidInputError(422, {"title": "The file is refused", "detail": message})
    if not as_json:
        print_update(last)


def print_update(update: StudioUpdate) -> None:
    """The numbers of a finished training."""
    console = results()
    console.print(f"Model {update.model_id}", style="green")
    for name, value in update.metrics.items():
        if value is not None:
            shown = number(value, 4) if isinstance(value, float) else plain(value)
            console.print(f"  {plain(name):<22} {shown}")


def _written(updates: Iterable[StudioUpdate]) -> StudioUpdate | None:
    last = None
    for last in updates:
        write_json(last.raw)
    return last


def _shown(updates: Iterable[StudioUpdate]) -> StudioUpdate | None:
    last = None
    with file_progress(remarks()) as show:
        for last in updates:
            show(last)
    return last


def _follow(studio: Client, job_id: str, *, after: int, as_json: bool) -> None:
    try:
        messages = studio.watch(job_id, after=after)
        _write_messages(messages) if as_json else _show_messages(messages)
    except KeyboardInterrupt:
        if not as_json:
            remarks().print(f"The job goes on. Follow it with: model-studio watch {job_id}")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    job = studio.status(job_id)
    if not as_json:
        print_job(results(), job)
    if job.status != "completed":
        raise typer.Exit(EXIT_JOB_FAILED)


def _write_messages(messages: Iterable[ProgressMessage]) -> None:
    for message in messages:
        write_json(message.raw)


def _show_messages(messages: Iterable[ProgressMessage]) -> None:
    with job_progress(remarks()) as show:
        for message in messages:
            show(message)


def _show_job(job: JobStatus, *, as_json: bool) -> None:
    if as_json:
        write_json(job.raw)
    else:
        print_job(results(), job)
