"""Commands about the business itself: settings, sources, retention, who did what."""

from collections.abc import Sequence
from typing import Annotated, Any, cast

import typer
from rich.console import Console

from client.commands.answers import answer, answer_list, first
from client.commands.groups import ShowingGroup
from client.commands.settings import settings
from client.layout import fitted, moment, size, state, table, words
from client.options import AsJson, Limit, Url, connect
from client.resources.retention import ExpiredModel, RetentionPlan, RetentionRun, Storage
from client.resources.tenant import AuditEntry, Source, Tenant, TenantChange, Usage
from client.terminal import counted, plain

tenant = typer.Typer(cls=ShowingGroup, help="Show or change the business: place, defaults, quotas.")


@tenant.command()
def show(url: Url = None, as_json: AsJson = False) -> None:
    """Show the business: its place, its defaults and its quotas."""
    with connect(url) as studio:
        answer(studio.tenant(), _print_tenant, as_json=as_json)


@tenant.command("set")
def set_tenant(
    name: Annotated[str | None, typer.Option(help="What the business is called.")] = None,
    country: Annotated[str | None, typer.Option(help="Whose holidays count: ES.")] = None,
    subdivision: Annotated[str | None, typer.Option(help="Region of the country: MD.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="Such as Europe/Madrid.")] = None,
    place: Annotated[
        tuple[float, float] | None,
        typer.Option(metavar="LATITUDE LONGITUDE", help="Where the shop is, in degrees."),
    ] = None,
    default: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A default of trainings; null takes it back."),
    ] = None,
    quota: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=NUMBER", help="A quota; null takes it back."),
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Change the business; what is not named stays, and '' takes a value back."""
    texts = {"name": name, "country": country, "subdivision": subdivision, "time_zone": time_zone}
    changes: dict[str, Any] = {key: text or None for key, text in texts.items() if text is not None}
    if place is not None:
        changes["latitude"], changes["longitude"] = place
    if quota:
        changes["quotas"] = settings(quota)
    with connect(url) as studio:
        if default:
            defaults = {**studio.tenant().training_defaults, **settings(default)}
            changes["training_defaults"] = defaults
        changed = studio.change_tenant(**cast("TenantChange", changes))
    answer(changed, _print_tenant, as_json=as_json)


def sources(url: Url = None, as_json: AsJson = False) -> None:
    """Show how the outside sources are."""
    with connect(url) as studio:
        answer_list(studio.sources(), _print_sources, as_json=as_json)


def usage(url: Url = None, as_json: AsJson = False) -> None:
    """Show what is used of what the business may use at a time."""
    with connect(url) as studio:
        answer(studio.usage(), _print_usage, as_json=as_json)


def audit(
    action: Annotated[str | None, typer.Option(help="Such as deploy or delete.")] = None,
    subject: Annotated[str | None, typer.Option(help="Which thing: its id.")] = None,
    subject_type: Annotated[str | None, typer.Option(help="Such as model or job.")] = None,
    actor: Annotated[str | None, typer.Option(help="Who.")] = None,
    limit: Limit = 50,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show who did what, the newest first."""
    filters = {
        "action": action,
        "subject_id": subject,
        "subject_type": subject_type,
        "actor": actor,
    }
    with connect(url) as studio:
        answer_list(first(limit, studio.audit, **filters), print_audit, as_json=as_json)


def retention(
    run: Annotated[bool, typer.Option("--run", help="Delete them now.")] = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List the old models that would go now, or delete them."""
    with connect(url) as studio:
        if run:
            answer(studio.retention.run(), _print_run, as_json=as_json)
        else:
            answer(studio.retention.plan(), _print_plan, as_json=as_json)


def _print_tenant(console: Console, one: Tenant) -> None:
    console.print(f"{plain(one.name)} ({one.id})")
    place = None if one.latitude is None else f"{one.latitude}, {one.longitude}"
    rows: dict[str, object] = {
        "country": one.country,
        "subdivision": one.subdivision,
        "time zone": one.time_zone,
        "place": place,
    }
    rows |= {f"default {name}": value for name, value in one.training_defaults.items()}
    rows |= {f"quota {name}": value for name, value in one.quotas.items()}
    shown = table("setting", "value")
    for name, value in rows.items():
        shown.add_row(plain(name), words(value))
    console.print(shown)


def _print_sources(console: Console, found: Sequence[Source]) -> None:
    if not found:
        console.print("No outside source is configured.")
        return
    shown = table("source", "breaker", "failures", "last success", "rows", "error")
    for one in found:
        shown.add_row(
            plain(one.source),
            state(one.state),
            str(one.failures),
            moment(one.last_success_at),
            f"{one.cached_rows:,}",
            words(one.last_error),
        )
    console.print(shown)


def _print_usage(console: Console, one: Usage) -> None:
    uses = {
        "products": one.products,
        "trainings waiting or running": one.active_jobs,
        "products in training now": one.running_tasks,
    }
    shown = table("what", "used", "limit")
    for name, use in uses.items():
        limit = "none" if use.limit is None else f"{use.limit:,}"
        shown.add_row(name, f"{use.used:,}", limit)
    console.print(shown)


def print_audit(console: Console, found: Sequence[AuditEntry]) -> None:
    if not found:
        console.print("Nothing is written down.")
        return
    shown = table("when", "who", "did", "to", "which", "name")
    for one in found:
        shown.add_row(
            moment(one.created_at),
            plain(one.actor),
            plain(one.action),
            plain(one.subject_type),
            plain(one.subject_id),
            words(one.subject_name),
        )
    console.print(fitted(console, shown, "to", "name"))


def _print_plan(console: Console, plan: RetentionPlan) -> None:
    _print_expired(console, plan.models)
    if plan.models_total > len(plan.models):
        console.print(f"These are the first {len(plan.models):,} of {plan.models_total:,}.")
    _print_storage(console, plan.storage)
    if plan.models_total:
        console.print(
            f"`model-studio retention --run` deletes {counted(plan.models_total, 'model')} and"
            f" frees {size(plan.bytes)}."
        )
    else:
        console.print(
            f"No model is older than {counted(plan.retention_days, 'day')} or beyond the newest"
            f" {plan.max_versions} of its product, except those that are kept."
        )


def _print_run(console: Console, run: RetentionRun) -> None:
    _print_expired(console, run.models)
    console.print(
        f"{counted(len(run.models), 'model')} deleted, {size(run.bytes_reclaimed)} free,"
        f" {size(run.bytes_later)} more within a day."
    )
    if run.models_left:
        console.print(f"{counted(run.models_left, 'more model')} will go within minutes.")
    _print_storage(console, run.storage)


def _print_expired(console: Console, models: Sequence[ExpiredModel]) -> None:
    if not models:
        return
    shown = table("model", "of", "trained", "size", "why")
    for one in models:
        shown.add_row(
            one.model_id,
            words(one.name),
            moment(one.created_at),
            size(one.size_bytes),
            plain(one.reason),
        )
    console.print(shown)


def _print_storage(console: Console, storage: Storage) -> None:
    console.print(
        f"Models have {size(storage.logical_bytes)} together, of which {size(storage.stored_bytes)}"
        " are stored, since equal files are stored once."
    )
