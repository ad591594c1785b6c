"""Commands that bring data in and make models of it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from client.bars import file_progress
from client.commands.answers import answer
from client.commands.following import follow
from client.commands.jobs import JobId, print_accepted
from client.commands.settings import Settings, stated
from client.errors import InvalidInputError, TrainingFailedError
from client.options import AsJson, Url, WatchOver, connect
from client.progress import StudioUpdate
from client.tables import print_import, print_trained
from client.tabular import TableRequest, TableTask
from client.terminal import plain, remarks, results, write_json
from client.training_options import StartOptions


def import_sales(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV, Excel, .ods or Parquet")
    ],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Delete what else is known of the products of the file."),
    ] = False,
    exclude: Annotated[
        list[str] | None, typer.Option(help="A column that is not read. May be repeated.")
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Bring in sales. Importing the same file again changes nothing."""
    with connect(url) as studio:
        report = studio.import_sales(file, replace=replace, exclude_columns=exclude or ())
    answer(report, print_import, as_json=as_json)


def train(
    products: Annotated[
        list[str] | None, typer.Argument(metavar="PRODUCT", help="Ids or SKUs; none: all")
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option(help="All of this category, instead of products. May be repeated."),
    ] = None,
    watch: Annotated[bool, typer.Option(help="Follow the job until it ends.")] = True,
    name: Annotated[str | None, typer.Option(help="What to call the job.")] = None,
    priority: Annotated[int | None, typer.Option(min=0, max=9, help="Higher goes first.")] = None,
    algorithm: Annotated[str | None, typer.Option(help="Instead of choosing the best.")] = None,
    budget: Annotated[
        Literal["fast", "balanced", "best"] | None,
        typer.Option(help="How long to look for the best method of a product."),
    ] = None,
    engine: Annotated[
        Literal["exact", "stan"] | None,
        typer.Option(help="What fits Prophet: our own code, or the package itself."),
    ] = None,
    horizon_days: Annotated[int | None, typer.Option(min=1, help="Days to forecast.")] = None,
    timeout_seconds: Annotated[int | None, typer.Option(min=1, help="Longest duration.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Unchanged products, too.")] = False,
    set_: Settings = None,
    over: WatchOver = "websocket",
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Train a model for every product, or for those named.

    Products for which nothing has changed keep their models.
    """
    named: StartOptions = {
        "job_name": name,
        "priority": priority,
        "algorithm": algorithm,
        "budget": budget,
        "engine": engine,
        "horizon_days": horizon_days,
        "timeout_seconds": timeout_seconds,
        "force": force or None,
    }
    options = cast("StartOptions", stated(named, set_))
    with connect(url, over=over) as studio:
        job = studio.start(products or None, categories=category or None, **options)
        if watch:
            follow(studio, job.job_id, after=0, as_json=as_json)
        else:
            answer(job, print_accepted, as_json=as_json)


def watch(
    job_id: JobId,
    after: Annotated[int, typer.Option(min=0, help="Number of the last message seen.")] = 0,
    over: WatchOver = "websocket",
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Follow a job until it ends, through any lost connection."""
    with connect(url, over=over) as studio:
        follow(studio, job_id, after=after, as_json=as_json)


def train_parquet(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A Parquet file")],
    target: Annotated[
        str | None, typer.Option(help="The column to predict; a clustering has none.")
    ] = None,
    task: Annotated[
        TableTask, typer.Option(help="Classes, amounts, groups of rows, or days to come.")
    ] = "classification",
    algorithm: Annotated[str, typer.Option(help="auto compares them all.")] = "auto",
    test_size: Annotated[float, typer.Option(help="Share of rows kept for testing.")] = 0.2,
    name: Annotated[str | None, typer.Option(help="What to call the model.")] = None,
    seconds: Annotated[
        float | None, typer.Option(min=1, help="How long to look for the best model.")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(help="A column not to learn from; may be repeated.")
    ] = None,
    time_column: Annotated[str | None, typer.Option(help="The column that tells when.")] = None,
    group_column: Annotated[
        str | None, typer.Option(help="Rows that belong together, or the name of a series.")
    ] = None,
    horizon: Annotated[
        int | None, typer.Option(min=1, help="Periods of a time series to forecast.")
    ] = None,
    metric: Annotated[str | None, typer.Option(help="What to choose the model by.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed, the same model.")] = None,
    max_predict_ms: Annotated[
        float | None, typer.Option(help="Longest time to predict one row, in milliseconds.")
    ] = None,
    timeout_seconds: Annotated[int | None, typer.Option(min=1, help="Longest duration.")] = None,
    over: WatchOver = "websocket",
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
        timeout_seconds=timeout_seconds,
        time_budget_seconds=seconds,
        exclude_columns=exclude or (),
        time_column=time_column,
        group_column=group_column,
        horizon=horizon,
        metric=metric,
        seed=seed,
        max_predict_ms=max_predict_ms,
    )
    with connect(url, over=over) as studio:
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
    print_trained(results(), plain(update.model_id), update.metrics)


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
