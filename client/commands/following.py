"""Following a job on the terminal, or as lines of JSON."""

from collections.abc import Iterable

import typer

from client.bars import job_progress
from client.options import EXIT_INTERRUPTED, EXIT_JOB_FAILED
from client.progress import ProgressMessage
from client.sdk import Client
from client.tables import print_job
from client.terminal import remarks, results, write_json


def follow(studio: Client, job_id: str, *, after: int, as_json: bool) -> None:
    """To the end of the job; leaves with the exit code that tells how it ended."""
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
