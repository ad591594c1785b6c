"""Commands about webhooks, and about the events of others."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from client.commands.answers import answer, answer_list, done, first
from client.commands.groups import ListingGroup
from client.layout import moment, state, table, words, yes
from client.options import AsJson, Limit, Url, connect
from client.resources.webhooks import ConsumedEvent, Delivery, Outcome, Webhook
from client.terminal import plain

Id = Annotated[str, typer.Argument(metavar="WEBHOOK", help="Its id")]
Events = Annotated[
    list[str] | None, typer.Option("--event", help="Only this one. May be repeated.")
]

webhooks = typer.Typer(cls=ListingGroup, help="List and make addresses that are told of events.")


@webhooks.command("list")
def list_webhooks(limit: Limit = 50, url: Url = None, as_json: AsJson = False) -> None:
    """List the addresses that are told of events."""
    with connect(url) as studio:
        found = first(limit, studio.webhooks.list)
    answer_list(found, _print_webhooks, as_json=as_json)


@webhooks.command()
def create(
    address: Annotated[str, typer.Argument(help="A public https:// address.")],
    event: Events = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Be told of events at an address; shows the secret, this once."""
    with connect(url) as studio:
        answer(studio.webhooks.create(address, event_types=event), _print_webhook, as_json=as_json)


@webhooks.command()
def pause(webhook: Id, url: Url = None, as_json: AsJson = False) -> None:
    """Send nothing there until it is resumed."""
    with connect(url) as studio:
        answer(studio.webhooks.change(webhook, is_active=False), _print_webhook, as_json=as_json)


@webhooks.command()
def resume(webhook: Id, url: Url = None, as_json: AsJson = False) -> None:
    """Send events there again."""
    with connect(url) as studio:
        answer(studio.webhooks.change(webhook, is_active=True), _print_webhook, as_json=as_json)


@webhooks.command("new-secret")
def new_secret(webhook: Id, url: Url = None, as_json: AsJson = False) -> None:
    """Make a new secret; the old one signs nothing any more."""
    with connect(url) as studio:
        answer(studio.webhooks.rotate_secret(webhook), _print_webhook, as_json=as_json)


@webhooks.command("test")
def send_test(webhook: Id, url: Url = None, as_json: AsJson = False) -> None:
    """Send a test event; `deliveries` shows what came of it."""
    with connect(url) as studio:
        sent = studio.webhooks.test(webhook)
    done(f"Event {sent.event_id} is on its way.", sent, as_json=as_json)


@webhooks.command()
def deliveries(webhook: Id, limit: Limit = 20, url: Url = None, as_json: AsJson = False) -> None:
    """List what was sent, the newest first."""
    with connect(url) as studio:
        found = first(limit, studio.webhooks.deliveries, webhook)
    answer_list(found, _print_deliveries, as_json=as_json)


@webhooks.command()
def delete(webhook: Id, url: Url = None, as_json: AsJson = False) -> None:
    """Delete a webhook, and what was to be sent to it."""
    with connect(url) as studio:
        studio.webhooks.delete(webhook)
    done("The webhook is deleted.", None, as_json=as_json)


def events(
    outcome: Annotated[Outcome | None, typer.Option(help="Only with this outcome.")] = None,
    limit: Limit = 20,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List events that other systems sent, and what became of them."""
    with connect(url) as studio:
        found = first(limit, studio.consumed_events, outcome=outcome)
    answer_list(found, _print_events, as_json=as_json)


def _print_webhooks(console: Console, found: Sequence[Webhook]) -> None:
    if not found:
        console.print("Nobody is told. `model-studio webhooks create` names an address.")
        return
    shown = table("webhook", "address", "events", "active")
    for one in found:
        shown.add_row(one.id, plain(one.url), ", ".join(one.event_types), yes(one.is_active))
    console.print(shown)


def _print_webhook(console: Console, one: Webhook) -> None:
    _print_webhooks(console, [one])
    if one.secret is not None:
        console.print(f"\nSecret: {one.secret}")
        console.print("Keep it: it signs every event, and is never shown again.")


def _print_deliveries(console: Console, found: Sequence[Delivery]) -> None:
    if not found:
        console.print("Nothing was sent yet. `model-studio webhooks test` sends a test event.")
        return
    shown = table("event", "status", "attempts", "answer", "created", "error")
    for one in found:
        shown.add_row(
            plain(one.event_type),
            state(one.status),
            str(one.attempts),
            words(one.last_status),
            moment(one.created_at),
            words(one.last_error),
        )
    console.print(shown)


def _print_events(console: Console, found: Sequence[ConsumedEvent]) -> None:
    if not found:
        console.print("No events have come in.")
        return
    shown = table("event", "outcome", "job", "received", "reason")
    for one in found:
        shown.add_row(
            plain(one.event_type),
            state(one.outcome),
            words(one.job_id),
            moment(one.received_at),
            words(one.reason),
        )
    console.print(shown)
