"""Commands about trainings that repeat."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from client.commands.answers import answer, answer_list, done, first
from client.commands.groups import ListingGroup
from client.commands.jobs import print_accepted
from client.commands.settings import Settings, settings
from client.layout import state, table, words
from client.options import AsJson, Limit, Url, connect
from client.resources.schedules import Schedule, ScheduleChange
from client.terminal import NONE, counted, plain

_CHOICES = ("products", "categories")

Name = Annotated[str, typer.Argument(metavar="SCHEDULE", help="Its name or id")]
Cron = Annotated[
    str | None,
    typer.Option(help="Minute, hour, day, month, day of the week: '0 3 * * 1'."),
]
TimeZone = Annotated[
    str | None, typer.Option(help="Whose clock counts; otherwise that of your business.")
]
Products = Annotated[
    list[str] | None, typer.Option("--product", help="Only this one. May be repeated.")
]
Categories = Annotated[
    list[str] | None,
    typer.Option("--category", help="All of this category. May be repeated."),
]

schedules = typer.Typer(cls=ListingGroup, help="List, make, pause and run trainings that repeat.")


@schedules.command("list")
def list_schedules(limit: Limit = 50, url: Url = None, as_json: AsJson = False) -> None:
    """List the trainings that repeat."""
    with connect(url) as studio:
        found = first(limit, studio.schedules.list)
    answer_list(found, _print_schedules, as_json=as_json)


@schedules.command()
def show(schedule: Name, url: Url = None, as_json: AsJson = False) -> None:
    """Show a schedule with its next runs and its last job."""
    with connect(url) as studio:
        answer(studio.schedules.get(schedule), _print_schedule, as_json=as_json)


@schedules.command()
def create(
    name: Annotated[str, typer.Argument(help="A name of its own.")],
    cron: Annotated[
        str, typer.Argument(help="Minute, hour, day, month, day of the week: '0 3 * * 1'")
    ],
    time_zone: TimeZone = None,
    product: Products = None,
    category: Categories = None,
    set_: Settings = None,
    paused: Annotated[bool, typer.Option("--paused", help="Made, but not yet running.")] = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Repeat a training of all products, or of some."""
    with connect(url) as studio:
        made = studio.schedules.create(
            name,
            cron,
            time_zone=time_zone,
            request=_chosen(product, category) | settings(set_),
            is_active=not paused,
        )
    answer(made, _print_schedule, as_json=as_json)


@schedules.command()
def change(
    schedule: Name,
    name: Annotated[str | None, typer.Option(help="A new name.")] = None,
    cron: Cron = None,
    time_zone: TimeZone = None,
    product: Products = None,
    category: Categories = None,
    set_: Settings = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Change a schedule; what is not named stays."""
    changes: ScheduleChange = {}
    if name is not None:
        changes["name"] = name
    if cron is not None:
        changes["cron"] = cron
    if time_zone is not None:
        changes["time_zone"] = time_zone
    with connect(url) as studio:
        if product or category or set_:
            before = studio.schedules.get(schedule).request
            changes["request"] = _changed(before, _chosen(product, category), settings(set_))
        answer(studio.schedules.change(schedule, **changes), _print_schedule, as_json=as_json)


@schedules.command()
def pause(schedule: Name, url: Url = None, as_json: AsJson = False) -> None:
    """Start no more of its trainings until it is resumed."""
    with connect(url) as studio:
        answer(studio.schedules.pause(schedule), _print_schedule, as_json=as_json)


@schedules.command()
def resume(schedule: Name, url: Url = None, as_json: AsJson = False) -> None:
    """Go on with a schedule that was paused."""
    with connect(url) as studio:
        answer(studio.schedules.resume(schedule), _print_schedule, as_json=as_json)


@schedules.command()
def run(schedule: Name, url: Url = None, as_json: AsJson = False) -> None:
    """Start its training now; its plan stays as it is."""
    with connect(url) as studio:
        answer(studio.schedules.run(schedule), print_accepted, as_json=as_json)


@schedules.command()
def delete(schedule: Name, url: Url = None, as_json: AsJson = False) -> None:
    """Delete a schedule; its jobs and models stay."""
    with connect(url) as studio:
        studio.schedules.delete(schedule)
    done(f"{plain(schedule)} is deleted.", None, as_json=as_json)


def _chosen(
    products: Sequence[str] | None, categories: Sequence[str] | None
) -> dict[str, list[str]]:
    chosen = {"products": list(products or ()), "categories": list(categories or ())}
    return {name: values for name, values in chosen.items() if values}


def _changed(
    before: Mapping[str, Any], chosen: Mapping[str, Any], options: Mapping[str, Any]
) -> dict[str, Any]:
    """Another choice of products takes the place of the former."""
    kept = {name: value for name, value in before.items() if not (chosen and name in _CHOICES)}
    return {**kept, **chosen, **options}


def _print_schedules(console: Console, found: Sequence[Schedule]) -> None:
    if not found:
        console.print("Nothing repeats. `model-studio schedules create` makes a schedule.")
        return
    shown = table("name", "when", "time zone", "next run", "last job")
    for one in found:
        shown.add_row(
            plain(one.name),
            plain(one.cron),
            plain(one.time_zone),
            _next_run(one),
            state(one.last_job.status) if one.last_job else NONE,
        )
    console.print(shown)


def _next_run(one: Schedule) -> str:
    """On the clock of its own time zone, as its plan is."""
    if not one.is_active:
        return "paused"
    return f"{one.next_runs[0]:%Y-%m-%d %H:%M}" if one.next_runs else NONE


def _print_schedule(console: Console, one: Schedule) -> None:
    paused = "" if one.is_active else ", paused"
    console.print(f"{plain(one.name)}: {one.cron} ({one.time_zone}){paused}")
    console.print(f"Id {one.id}")
    console.print(f"Trains {_what(one)}")
    for due in one.next_runs if one.is_active else ():
        console.print(f"  {due:%a %Y-%m-%d %H:%M}")
    if one.last_job is not None:
        console.print(f"Last job {one.last_job.job_id}: {one.last_job.status}")
    if one.missed_runs:
        console.print(f"{counted(one.missed_runs, 'run')} passed unseen and were made up for.")
    if one.last_error is not None:
        console.print(Text(words(one.last_error), "red"))


def _what(one: Schedule) -> str:
    options = dict(one.request)
    chosen = [name for key in _CHOICES for name in options.pop(key, ())]
    what = ", ".join(map(plain, chosen)) or "all products"
    said = ", ".join(f"{name}={json.dumps(value)}" for name, value in options.items() if value)
    return f"{what}; {plain(said)}" if said else what
