"""The forecasts in use of many products at once."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated

import typer
from rich.console import Console

from client.commands.answers import answer_list, first
from client.forecast_records import ProductForecast
from client.layout import table
from client.options import AsJson, OutFile, Url, connect
from client.paging import every
from client.spreadsheets import write_spreadsheet
from client.terminal import counted, number, plain, results, share, write_json

_LISTED = 20
_DAYS_SHOWN = 7
_HEAD = ("code", "product", "category", "date", "most likely", "at least", "at most")


def forecasts(
    category: Annotated[str | None, typer.Option(help="Only of this category.")] = None,
    starts_from: Annotated[
        datetime | None,
        typer.Option(
            "--from", formats=["%Y-%m-%d"], help="First day; otherwise where each forecast begins."
        ),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(min=1, help="Rows of each product; otherwise 7, and all of them in a file."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="How many products; otherwise 20, and all of them in a file."),
    ] = None,
    out: OutFile = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List the forecasts in use of all products, or write them to a file."""
    if out is None:
        days, limit = days or _DAYS_SHOWN, limit or _LISTED
    with connect(url) as studio:
        fetch = partial(
            studio.forecasts,
            category=category,
            starts_from=starts_from and starts_from.date(),
            periods=days,
        )
        found = tuple(every(fetch)) if limit is None else first(limit, fetch)
    if out is None:
        answer_list(found, partial(_print_forecasts, limit=limit), as_json=as_json)
        return
    write_spreadsheet(out, _HEAD, _rows(found))
    if as_json:
        write_json([one.raw for one in found])
    else:
        results().print(f"{counted(len(found), 'forecast')} written to {plain(out)}.")


def _print_forecasts(
    console: Console, found: Sequence[ProductForecast], *, limit: int | None
) -> None:
    if not found:
        console.print("No product has a forecast in use. `model-studio train` trains all of them.")
        return
    shown = table("product", "day", "expected", "at least", "at most")
    for one in found:
        for place, point in enumerate(one.forecast):
            amounts = (number(each, 1) for each in (point.yhat, point.yhat_lower, point.yhat_upper))
            name = "" if place else plain(one.name)
            shown.add_row(name, f"{point.ds:%a %Y-%m-%d}", *amounts)
    console.print(shown)
    widths = {one.interval_width for one in found}
    if len(widths) == 1 and None not in widths:
        width = share(widths.pop())
        console.print(f"“At least” to “at most” is meant to hold on {width} of the days.")
    if len(found) == limit:
        console.print("There may be more: `--limit` lists more, `--out FILE` writes all of them.")


def _rows(found: Sequence[ProductForecast]) -> Iterator[tuple[object, ...]]:
    for one in found:
        for point in one.forecast:
            amounts = (point.yhat, point.yhat_lower, point.yhat_upper)
            yield one.sku, one.name, one.category, point.ds, *amounts
