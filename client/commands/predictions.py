"""Commands about models in use: stored forecasts, and predictions on demand."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from client.commands.answers import answer, done
from client.errors import NotFoundError
from client.forecast_tables import print_drivers, print_forecast, print_quantiles
from client.layout import table
from client.options import AsJson, OutFile, Url, connect
from client.resources.predictions import Predictions
from client.sdk import Client
from client.spreadsheets import WORKBOOK
from client.terminal import counted, number, plain, share
from client.workbooks import write_workbook

_DAY = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]
_MOST_SHOWN = 50
_CHANCE = "probability of "


def forecast(
    name: Annotated[str, typer.Argument(metavar="PRODUCT|MODEL")],
    days: Annotated[int, typer.Option(min=1, help="How many rows to show.")] = 14,
    quantiles: Annotated[
        bool, typer.Option("--quantiles", help="How much suffices on how many days.")
    ] = False,
    why: Annotated[bool, typer.Option("--why", help="What moves each day.")] = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show the stored forecast of a product or model.

    A product's forecast is that of the model in use, as it was stored; while there is none, that of
    its newest.
    """
    if quantiles and why:
        raise typer.BadParameter("Give either --quantiles or --why")
    with connect(url) as studio:
        if quantiles:
            answer(studio.quantiles(name), partial(print_quantiles, days=days), as_json=as_json)
        elif why:
            answer(studio.drivers(name), partial(print_drivers, days=days), as_json=as_json)
        else:
            answer(studio.forecast(name), partial(print_forecast, days=days), as_json=as_json)


def predict(
    name: Annotated[str, typer.Argument(metavar="PRODUCT|MODEL")],
    file: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help="Rows: CSV, Parquet, Arrow or JSON"),
    ] = None,
    row: Annotated[
        list[str] | None,
        typer.Option(metavar="JSON", help="A row, as a JSON object. May be repeated."),
    ] = None,
    candidate: Annotated[
        str | None, typer.Option(help="A candidate of the leaderboard instead of the chosen one.")
    ] = None,
    horizon: Annotated[
        int | None, typer.Option(min=1, help="So many periods ahead, of time series in a table.")
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, help="So many days ahead.")] = None,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=_DAY, help="First day to forecast.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=_DAY, help="Last day to forecast.")
    ] = None,
    out: OutFile = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Predict rows of a table, or coming days of a product.

    Of a product, the model in use answers; while there is none, its newest.
    """
    rows = read_rows(row)
    if file is not None and (rows or days or first or last or horizon):
        raise typer.BadParameter("A file has all its rows: leave the options for others out")
    with connect(url) as studio:
        model_id = model_of(studio, name)
        found = (
            studio.predict_file(model_id, file, candidate=candidate)
            if file is not None
            else studio.predict(
                model_id,
                rows,
                candidate=candidate,
                horizon=horizon,
                horizon_days=days,
                start=first,
                end=last,
            )
        )
    if out is not None:
        _write(out, found)
        count = counted(len(found.predictions), "row")
        done(f"{count} written to {plain(out)}.", found, as_json=as_json)
    else:
        answer(found, _print_predictions, as_json=as_json)


def read_rows(texts: list[str] | None) -> list[dict[str, Any]] | None:
    """Rows that are written as JSON objects."""
    return [_row(text) for text in texts] if texts else None


def _row(text: str) -> dict[str, Any]:
    try:
        row = json.loads(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not JSON: {error}") from None
    if not isinstance(row, dict):
        raise typer.BadParameter(f'{text!r} is not an object such as {{"size": 61.5}}')
    return row


def model_of(studio: Client, name: str) -> str:
    """The model of this id, or the one in use for this product."""
    try:
        return studio.model(name).id
    except NotFoundError:
        return studio.in_use(name)


def _cells(found: Predictions) -> Iterator[dict[str, Any]]:
    """One row for each prediction, under the names of its columns."""
    count = len(found.predictions)
    probabilities = found.probabilities or ((),) * count
    intervals = found.intervals or ((),) * count
    named: tuple[Any, ...] = found.rows or ({},) * count
    columns = zip(found.predictions, named, probabilities, intervals, strict=True)
    for predicted, names, chances, ends in columns:
        row = dict(predicted) if isinstance(predicted, dict) else {"prediction": predicted}
        shares = (_CHANCE + one for one in found.classes or ())
        yield (
            dict(names)
            | row
            | dict(zip(shares, chances, strict=True))
            | dict(zip(("at least", "at most"), ends, strict=False))
        )


def _write(path: Path, found: Predictions) -> None:
    """As a workbook where the name ends in .xlsx, else as CSV, with every digit."""
    rows = list(_cells(found))
    names = list(rows[0]) if rows else ["prediction"]
    if path.suffix.lower() == WORKBOOK:
        write_workbook(path, names, [list(row.values()) for row in rows])
        return
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def _print_predictions(console: Console, found: Predictions) -> None:
    if found.periods:
        _print_periods(console, found)
    else:
        _print_rows(console, found)
    left = len(found.predictions) - _MOST_SHOWN
    if left > 0:
        console.print(f"… and {left:,} more: `--out FILE` writes all of them.")
    for note in found.notes:
        console.print(Text(f"Note: {plain(note)}", "yellow"))


def _print_periods(console: Console, found: Predictions) -> None:
    shown = table("day", "expected", "at least", "at most")
    for point in found.periods[:_MOST_SHOWN]:
        amounts = (number(one, 1) for one in (point.yhat, point.yhat_lower, point.yhat_upper))
        shown.add_row(f"{point.ds:%a %Y-%m-%d}", *amounts)
    console.print(shown)


def _print_rows(console: Console, found: Predictions) -> None:
    cells = list(_cells(found))
    names = list(cells[0]) if cells else ["prediction"]
    shown = table("rows", *map(_heading, names))
    shown.columns[0].header = "row"
    for count, row in enumerate(cells[:_MOST_SHOWN], start=1):
        shown.add_row(str(count), *(_cell(name, row[name]) for name in names))
    console.print(shown)


def _heading(name: str) -> str:
    return plain(name.removeprefix(_CHANCE))


def _cell(name: str, value: Any) -> str:
    if name.startswith(_CHANCE):
        return share(value)
    return number(value, 4) if isinstance(value, float) else plain("" if value is None else value)
