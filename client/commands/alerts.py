"""Commands about what a person should look at."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from client.commands.answers import answer_list, done, first
from client.commands.groups import ListingGroup
from client.layout import moment, state
from client.options import AsJson, Limit, Url, connect
from client.resources.alerts import Alert
from client.terminal import plain

alerts = typer.Typer(cls=ListingGroup, help="List what a person should look at, or resolve it.")


@alerts.command("list")
def list_alerts(
    resolved: Annotated[bool, typer.Option("--all", help="Resolved ones, too.")] = False,
    kind: Annotated[str | None, typer.Option(help="Such as accuracy_drift.")] = None,
    limit: Limit = 20,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List what a person should look at, the newest first."""
    with connect(url) as studio:
        found = first(limit, studio.alerts.list, status="all" if resolved else "open", kind=kind)
    answer_list(found, _print_alerts, as_json=as_json)


@alerts.command()
def resolve(
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="Its id")],
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Close an alert; it opens again if its cause comes back."""
    with connect(url) as studio:
        closed = studio.alerts.resolve(alert)
    done("The alert is resolved.", closed, as_json=as_json)


def _print_alerts(console: Console, found: Sequence[Alert]) -> None:
    if not found:
        console.print("There is nothing to look at.")
    for one in found:
        resolved = f", resolved {moment(one.resolved_at)}" if one.resolved_at else ""
        head = f" {one.kind}, {moment(one.created_at)}{resolved}  "
        console.print(Text.assemble(state(one.severity), head, (one.id, "dim")))
        console.print(f"  {plain(one.message)}")
        if one.recommended_action:
            console.print(f"  → {plain(one.recommended_action)}")
