"""Commands about closures and events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console

from client.commands.answers import answer, answer_list, done, first
from client.commands.groups import ListingGroup
from client.layout import day, table
from client.options import AsJson, Limit, Url, connect
from client.resources.calendar import CalendarChange, CalendarEntry, CalendarKind
from client.terminal import plain

DAY = ["%Y-%m-%d"]
Day = Annotated[datetime, typer.Argument(formats=DAY, metavar="DAY", help="Such as 2026-12-24")]
EntryId = Annotated[str, typer.Argument(metavar="ENTRY", help="Its id")]

calendar = typer.Typer(cls=ListingGroup, help="List, add, change and remove closures and events.")


@calendar.command("list")
def list_entries(
    kind: Annotated[CalendarKind | None, typer.Option(help="Only of this kind.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=DAY, help="What ends then or later.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=DAY, help="What starts then or before.")
    ] = None,
    limit: Limit = 50,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List closures and events, the newest first."""
    filters = {
        "kind": kind,
        "starts_from": since and since.date(),
        "ends_by": until and until.date(),
    }
    with connect(url) as studio:
        found = first(limit, studio.calendar.list, **filters)
    answer_list(found, _print_entries, as_json=as_json)


@calendar.command()
def add(
    kind: Annotated[CalendarKind, typer.Argument(help="Nothing is sold, or more or less.")],
    name: Annotated[str, typer.Argument(help="Events of one name teach each other.")],
    first_day: Day,
    last_day: Annotated[
        datetime | None, typer.Argument(formats=DAY, metavar="[DAY]", help="Left out: one day")
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Add days on which the shop is closed, or something happens."""
    with connect(url) as studio:
        entry = studio.calendar.create(
            kind, name, first_day.date(), None if last_day is None else last_day.date()
        )
    answer(entry, _print_entry, as_json=as_json)


@calendar.command()
def change(
    entry: EntryId,
    kind: Annotated[CalendarKind | None, typer.Option(help="What it is instead.")] = None,
    name: Annotated[str | None, typer.Option(help="A new name.")] = None,
    first_day: Annotated[
        datetime | None, typer.Option("--from", formats=DAY, help="First day.")
    ] = None,
    last_day: Annotated[
        datetime | None, typer.Option("--to", formats=DAY, help="Last day.")
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Change a closure or an event; what is not named stays."""
    changes: CalendarChange = {}
    if kind is not None:
        changes["kind"] = kind
    if name is not None:
        changes["name"] = name
    if first_day is not None:
        changes["starts_on"] = first_day.date()
    if last_day is not None:
        changes["ends_on"] = last_day.date()
    with connect(url) as studio:
        answer(studio.calendar.change(entry, **changes), _print_entry, as_json=as_json)


@calendar.command()
def delete(
    entry: EntryId,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Remove a closure or an event."""
    with connect(url) as studio:
        studio.calendar.delete(entry)
    done("The entry is removed.", None, as_json=as_json)


def _print_entries(console: Console, entries: Sequence[CalendarEntry]) -> None:
    if not entries:
        console.print("Nothing is entered. `model-studio calendar add` enters closures and events.")
        return
    shown = table("entry", "kind", "name", "from", "to")
    for one in entries:
        shown.add_row(one.id, one.kind, plain(one.name), day(one.starts_on), day(one.ends_on))
    console.print(shown)


def _print_entry(console: Console, entry: CalendarEntry) -> None:
    _print_entries(console, [entry])
    console.print("It counts from the next training on.")
