"""What categories and the whole shop will sell."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from client.commands.answers import answer
from client.layout import table
from client.options import AsJson, Url, connect
from client.resources.totals import Total, Totals
from client.tables import listed
from client.terminal import counted, number, plain, share


def totals(
    category: Annotated[str | None, typer.Option(help="Only of this category.")] = None,
    method: Annotated[
        Literal["bottom_up", "reconciled"],
        typer.Option(help="Add up, or also forecast the totals and reconcile both."),
    ] = "bottom_up",
    width: Annotated[
        float, typer.Option(min=0.5, max=0.995, help="Share of days that a range should hold.")
    ] = 0.95,
    days: Annotated[int, typer.Option(min=1, help="How many rows to show.")] = 14,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show what all products, and each category, will sell together."""
    with connect(url) as studio:
        found = studio.totals(method=method, interval_width=width)
    answer(found, partial(print_totals, category=category, days=days), as_json=as_json)


def print_totals(console: Console, found: Totals, *, category: str | None, days: int) -> None:
    wanted = [one for one in found.totals if category in (None, one.category)]
    if not wanted:
        named = ", ".join(plain(one.category) for one in found.totals if one.category)
        console.print(f"There is no such category. There are: {named or 'none'}.")
        return
    for total in wanted:
        console.print(_table(total, days))
    console.print(f"“At least” to “at most” is meant to hold on {share(found.interval_width)} of")
    console.print(Text(f"the days. {plain(found.assumption)}"))
    _print_left_out(console, found.left_out)


def _print_left_out(console: Console, found: Sequence[Mapping[str, Any]]) -> None:
    names_by_reason: dict[str, list[str]] = {}
    for one in found:
        names_by_reason.setdefault(plain(one["reason"]), []).append(plain(one["product_name"]))
    for reason, names in names_by_reason.items():
        console.print(Text(f"Left out: {listed(names)}. {reason}", "yellow"))


def _table(total: Total, days: int) -> Table:
    products = counted(total.products, "product")
    name = "All products" if total.category is None else plain(total.category)
    shown = table("day", "expected", "at least", "at most", title=f"{name}, {products}")
    for point in total.forecast[:days]:
        amounts = (number(one, 1) for one in (point.yhat, point.yhat_lower, point.yhat_upper))
        shown.add_row(f"{point.ds:%a %Y-%m-%d}", *amounts)
    return shown
