"""Commands about models of tables in use: files of rows, explanations, files for other programs."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console

from client.bars import job_progress
from client.commands.answers import answer, done
from client.commands.jobs import print_accepted
from client.commands.predictions import model_of, read_rows
from client.layout import size, table
from client.options import AsJson, Url, WatchOver, connect
from client.resources.predictions import Explanations
from client.terminal import counted, number, plain, remarks

Candidate = Annotated[
    str | None, typer.Option(help="A candidate of the leaderboard instead of the chosen one.")
]
_MOST_COLUMNS = 10


def predict_file(
    name: Annotated[str, typer.Argument(metavar="MODEL")],
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Rows: Parquet or CSV, any size")
    ],
    out: Annotated[
        Path, typer.Option(dir_okay=False, help="The Parquet file to write the predictions to.")
    ] = Path("predictions.parquet"),
    keep_columns: Annotated[
        bool, typer.Option("--keep-columns", help="Repeat the columns of the file.")
    ] = False,
    candidate: Candidate = None,
    job_name: Annotated[str | None, typer.Option("--name", help="What to call the job.")] = None,
    watch: Annotated[bool, typer.Option(help="Wait for the result and fetch it.")] = True,
    over: WatchOver = "websocket",
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Predict all rows of a file, as a job, and fetch the result."""
    with connect(url, over=over) as studio:
        if not watch:
            job = studio.start_prediction(
                name, file, candidate=candidate, keep_columns=keep_columns, job_name=job_name
            )
            answer(job, print_accepted, as_json=as_json)
            return
        with job_progress(remarks()) as show:
            found = studio.predict_batch(
                name,
                file,
                out,
                candidate=candidate,
                keep_columns=keep_columns,
                job_name=job_name,
                on_progress=show,
            )
    count = counted(found.rows_predicted or 0, "row")
    told = f"{count} written to {plain(out)} ({size(found.result_bytes or 0)})."
    done(told, found, as_json=as_json)


def explain(
    name: Annotated[str, typer.Argument(metavar="MODEL")],
    row: Annotated[
        list[str], typer.Option(metavar="JSON", help="A row, as a JSON object. May be repeated.")
    ],
    candidate: Candidate = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show what each column contributed to the prediction of a row."""
    with connect(url) as studio:
        found = studio.explain(model_of(studio, name), read_rows(row) or [], candidate=candidate)
    answer(found, _print_explanations, as_json=as_json)


def export(
    name: Annotated[str, typer.Argument(metavar="MODEL")],
    out: Annotated[Path, typer.Option(dir_okay=False, help="The file to write.")],
    format_: Annotated[
        Literal["onnx", "ubj", "prophet"],
        typer.Option("--format", help="ONNX, XGBoost's own, or of a product Prophet's."),
    ] = "onnx",
    candidate: Candidate = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Write a model to a file for other programs."""
    with connect(url) as studio:
        path = studio.export(model_of(studio, name), out, format=format_, candidate=candidate)
    done(f"{plain(path)} written ({size(path.stat().st_size)}).", None, as_json=as_json)


def _print_explanations(console: Console, found: Explanations) -> None:
    for place, row in enumerate(found.rows, start=1):
        console.print(f"Row {place}: {_shown(row.prediction)}")
        names = list(row.outputs)
        outputs = {name: row.output(name) for name in names}
        shown = table("column", *map(plain, names))
        strongest = next(iter(outputs.values())).contributions
        for column in list(strongest)[:_MOST_COLUMNS]:
            cells = (number(outputs[name].contributions[column], 4) for name in names)
            shown.add_row(plain(column), *cells)
        console.print(shown)


def _shown(value: Any) -> str:
    return number(value, 4) if isinstance(value, float) else plain(value)
