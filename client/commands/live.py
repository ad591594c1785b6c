"""How a forecast in use does against the sales that came later."""

from typing import Annotated

import typer
from rich.console import Console

from client.commands.answers import answer
from client.layout import day, moment, table
from client.options import AsJson, Url, connect
from client.resources.predictions import LiveScores
from client.terminal import counted, number, plain, share


def live(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Its id")],
    days: Annotated[int, typer.Option(min=1, help="How many of the newest days to show.")] = 14,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show how a forecast does against later sales."""
    with connect(url) as studio:
        found = studio.live(model)
    answer(found, lambda console, one: _print_scores(console, one, days=days), as_json=as_json)


def _print_scores(console: Console, found: LiveScores, *, days: int) -> None:
    console.print(f"{found.model_id}: {plain(found.name)}")
    if not found.scored_points:
        console.print("No sales have come in yet for the days that it forecasts.")
        return
    console.print(
        f"{counted(found.scored_points, 'period')} from {day(found.first_ds)} to"
        f" {day(found.last_ds)}, scored {moment(found.scored_at)}:"
    )
    console.print(
        f"WAPE {share(found.wape)} (when it was tested {share(found.backtest_wape)}, worrying above"
        f" {share(found.wape_limit)}), mean error {number(found.mae)}, bias {number(found.bias)}"
    )
    console.print(
        f"{share(found.coverage)} of the sales were within the interval, which is meant to hold"
        f" {share(found.interval_width)}."
    )
    if found.is_drifting:
        console.print("It has become worse than its tests promised.", style="red")
    shown = table("day", "expected", "at least", "at most", "sold")
    for one in found.periods[-days:]:
        amounts = (one.yhat, one.yhat_lower, one.yhat_upper, one.actual)
        shown.add_row(f"{one.ds:%a %Y-%m-%d}", *(number(amount, 1) for amount in amounts))
    console.print(shown)
