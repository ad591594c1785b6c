"""Commands about models in use: stored forecasts, and predictions on demand."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from client.commands.answers import answer, done
from client.errors import NotFoundError
from client.layout import table
from client.options import AsJson, Url, connect
from client.resources.predictions import Predictions
from client.sdk import Client
from client.tables import print_forecast
from client.terminal import counted, number, plain, share

_DAY = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]
_MOST_SHOWN = 50


def forecast(
    name: Annotated[str, typer.Argument(metavar="PRODUCT|MODEL")],
    days: Annotated[int, typer.Option(min=1, help="How many rows to show.")] = 14,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show the stored forecast of a product or model.

    A product's forecast is that of its latest model, as it was stored.
    """
    with connect(url) as studio:
        found = studio.forecast(name)
    answer(found, lambda console, one: print_forecast(console, one, days=days), as_json=as_json)


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
    days: Annotated[int | None, typer.Option(min=1, help="So many days ahead.")] = None,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=_DAY, help="First day to forecast.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=_DAY, help="Last day to forecast.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="A CSV file to write the answer to.")
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Predict rows of a table, or coming days of a product.

    Of a product, the model in use answers, or while there is none, the latest.
    """
    rows = _rows(row)
    if file is not None and (rows or days or first or last):
        raise typer.BadParameter("A file has all its rows: leave --row, --days, --from, --to out")
    with connect(url) as studio:
        model_id = _model_of(studio, name)
        found = (
            studio.predict_file(model_id, file)
            if file is not None
            else studio.predict(model_id, rows, horizon_days=days, start=first, end=last)
        )
    if out is not None:
        _write_csv(out, found)
        count = counted(len(found.predictions), "row")
        done(f"{count} written to {plain(out)}.", found, as_json=as_json)
    else:
        answer(found, _print_predictions, as_json=as_json)


def _rows(texts: list[str] | None) -> list[dict[str, Any]] | None:
    return [_row(text) for text in texts] if texts else None


def _row(text: str) -> dict[str, Any]:
    try:
        row = json.loads(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not JSON: {error}") from None
    if not isinstance(row, dict):
        raise typer.BadParameter(f'{text!r} is not an object such as {{"size": 61.5}}')
    return row


def _model_of(studio: Client, name: str) -> str:
    try:
        return studio.model(name).id
    except NotFoundError:
        deployed = studio.catalogue.get(name).model
        return deployed.id if deployed is not None else studio.latest(name).id


def _cells(found: Predictions) -> Iterator[dict[str, Any]]:
    """One row for each prediction, under the names of its columns."""
    probabilities = found.probabilities or ((),) * len(found.predictions)
    for predicted, chances in zip(found.predictions, probabilities, strict=True):
        row = dict(predicted) if isinstance(predicted, dict) else {"prediction": predicted}
        names = (f"probability of {one}" for one in found.classes or ())
        yield row | dict(zip(names, chances, strict=True))


def _write_csv(path: Path, found: Predictions) -> None:
    rows = list(_cells(found))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0] if rows else ["prediction"])
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
    classes = [plain(one) for one in found.classes or ()]
    shown = table("rows", "prediction", *classes)
    shown.columns[0].header = "row"
    probabilities = found.probabilities or ((),) * len(found.predictions)
    rows = zip(found.predictions, probabilities, strict=True)
    for count, (predicted, chances) in enumerate(rows, start=1):
        if count > _MOST_SHOWN:
            break
        value = number(predicted, 4) if isinstance(predicted, float) else plain(predicted)
        shown.add_row(str(count), value, *map(share, chances))
    console.print(shown)
