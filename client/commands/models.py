"""Commands about models: find, compare, deploy, keep, delete."""

from collections.abc import Sequence
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from client.commands.answers import answer, answer_list, done, first
from client.commands.groups import ListingGroup
from client.commands.live import live
from client.commands.table_models import card, choose, explanation, leaderboard, profile
from client.errors import NotFoundError
from client.layout import moment, size, state, table, words, yes
from client.model_records import Comparison, Deployment, ModelDetail, ModelVersion
from client.options import AsJson, Limit, Url, connect
from client.tables import print_models
from client.terminal import NONE, counted, duration, metric, number, plain

Id = Annotated[str, typer.Argument(metavar="MODEL", help="Its id")]
ProductOrModel = Annotated[str, typer.Argument(metavar="PRODUCT|MODEL", help="Id or SKU")]

models = typer.Typer(cls=ListingGroup, help="List, show, deploy, compare and delete models.")
for _command in (live, leaderboard, choose, explanation, profile, card):
    models.command()(_command)


@models.command("list")
def list_models(
    product: Annotated[str | None, typer.Option(help="Only models of this product.")] = None,
    kind: Annotated[
        Literal["product", "table"] | None, typer.Option(help="Of products, or of tables.")
    ] = None,
    category: Annotated[str | None, typer.Option(help="Only of this category.")] = None,
    algorithm: Annotated[str | None, typer.Option(help="Only of this algorithm.")] = None,
    deployed: Annotated[
        bool | None, typer.Option("--deployed/--not-deployed", help="By being in use.")
    ] = None,
    pinned: Annotated[
        bool | None, typer.Option("--pinned/--not-pinned", help="By being pinned.")
    ] = None,
    degraded: Annotated[
        bool | None, typer.Option("--degraded/--not-degraded", help="Stand-ins, or none.")
    ] = None,
    max_accuracy: Annotated[
        float | None, typer.Option(help="Only of at most so many percent.")
    ] = None,
    min_mase: Annotated[float | None, typer.Option(help="Only of at least this error.")] = None,
    sort: Annotated[
        Literal["created_at", "deployed_at", "accuracy", "mase"],
        typer.Option(help="What to sort by, the greatest first."),
    ] = "created_at",
    ascending: Annotated[bool, typer.Option("--ascending", help="The least first.")] = False,
    limit: Limit = 20,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List trained models, the newest first."""
    with connect(url) as studio:
        found = first(
            limit,
            studio.models,
            product_id=product,
            kind=kind,
            category=category,
            algorithm=algorithm,
            deployed=deployed,
            pinned=pinned,
            degraded=degraded,
            max_accuracy=max_accuracy,
            min_mase=min_mase,
            sort=sort,
            direction="asc" if ascending else "desc",
        )
    answer_list(found, print_models, as_json=as_json)


@models.command()
def show(model: Id, url: Url = None, as_json: AsJson = False) -> None:
    """Show a model: quality, versions, deployments."""
    with connect(url) as studio:
        answer(studio.model(model), _print_model, as_json=as_json)


@models.command()
def deploy(model: Id, url: Url = None, as_json: AsJson = False) -> None:
    """Use a model for its product."""
    with connect(url) as studio:
        _say_in_use(studio.deploy(model), as_json=as_json)


@models.command()
def rollback(name: ProductOrModel, url: Url = None, as_json: AsJson = False) -> None:
    """Use the model again that was in use before."""
    with connect(url) as studio:
        try:
            now = studio.rollback(name)
        except NotFoundError:
            now = studio.rollback_product(name)
    _say_in_use(now, as_json=as_json)


@models.command()
def pin(model: Id, url: Url = None, as_json: AsJson = False) -> None:
    """Keep a model, whatever its age."""
    with connect(url) as studio:
        pinned = studio.pin(model)
    done(f"{pinned.model_id} is kept.", pinned, as_json=as_json)


@models.command()
def unpin(model: Id, url: Url = None, as_json: AsJson = False) -> None:
    """Let a model go when its time comes."""
    with connect(url) as studio:
        unpinned = studio.unpin(model)
    done(f"{unpinned.model_id} may go when its time comes.", unpinned, as_json=as_json)


@models.command()
def compare(a: Id, b: Id, url: Url = None, as_json: AsJson = False) -> None:
    """Show two models side by side, and which is better."""
    with connect(url) as studio:
        answer(studio.compare(a, b), _print_comparison, as_json=as_json)


@models.command()
def deployments(
    product: Annotated[str, typer.Argument(metavar="PRODUCT", help="Id or SKU")],
    limit: Limit = 20,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List what was deployed for a product or refused, and why."""
    with connect(url) as studio:
        found = first(limit, studio.deployments, product)
    answer_list(found, _print_deployments, as_json=as_json)


@models.command()
def delete(
    model: Id,
    force: Annotated[bool, typer.Option("--force", help="Also if in use or pinned.")] = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Delete a model and its files."""
    with connect(url) as studio:
        deleted = studio.delete_model(model, force=force)
    text = f"{deleted.model_id} is deleted; {size(deleted.bytes_reclaimed)} are free"
    text += f", {size(deleted.bytes_later)} will be within a day." if deleted.bytes_later else "."
    if deleted.was_deployed:
        text += " Its product has no model in use now."
    if deleted.was_deployed and deleted.previous_champion:
        text += f" The one before can be: model-studio models deploy {deleted.previous_champion}"
    done(text, deleted, as_json=as_json)


def _say_in_use(model: ModelDetail, *, as_json: bool) -> None:
    text = f"{model.model_id} is in use for {plain(model.name)}."
    done(text, model, as_json=as_json)


def _print_model(console: Console, model: ModelDetail) -> None:
    of = model.name or model.details.get("target_variable") or model.ml_task
    console.print(f"{model.model_id}: {plain(of)}, {plain(model.algorithm)}")
    console.print(
        f"Version {words(model.model_version)}, trained {moment(model.created_at)} in"
        f" {duration(model.training_duration_seconds)} on"
        f" {counted(model.training_data_points or 0, 'row')}; in use: {yes(model.is_deployed)},"
        f" pinned: {yes(model.is_pinned)}"
    )
    if model.degraded_reason:
        console.print(Text(plain(model.degraded_reason), "yellow"))
    if model.gate is not None:
        console.print(f"Gate: {model.gate.kind}. {plain(model.gate.reason)}")
    _print_quality(console, model)
    if model.versions:
        console.print()
        console.print(_versions(model.versions))
    for note in model.details.get("notes") or ():
        console.print(Text(f"Note: {plain(note)}", "yellow"))


def _print_quality(console: Console, model: ModelDetail) -> None:
    shown = table("on unseen rows", "a", "naive")
    shown.columns[1].header = "model"
    for name in model.metrics:
        ours, naive = metric(model.metrics, name), metric(model.baseline, name)
        if ours is not None:
            shown.add_row(plain(name), number(ours, 4), number(naive, 4))
    if shown.row_count:
        console.print()
        console.print(shown)


def _versions(versions: Sequence[ModelVersion]) -> Table:
    shown = table("model", "version", "algorithm", "accuracy", "MASE", "in use")
    for one in versions:
        shown.add_row(
            one.model_id,
            one.model_version,
            plain(one.algorithm),
            NONE if one.accuracy is None else f"{one.accuracy:.1f} %",
            number(one.mase),
            yes(one.is_deployed) + (", pinned" if one.is_pinned else ""),
        )
    return shown


def _print_comparison(console: Console, pair: Comparison) -> None:
    print_models(console, [pair.a, pair.b])
    console.print(f"\n{plain(pair.verdict)}")
    shown = table("on unseen rows", "a", "b", "better")
    for one in pair.metrics:
        shown.add_row(plain(one.name), number(one.a, 4), number(one.b, 4), words(one.better))
    console.print(shown)
    if pair.hyperparameters:
        differing = table("differs", "a", "b")
        for parameter in pair.hyperparameters:
            differing.add_row(*(words(parameter.get(key)) for key in ("name", "a", "b")))
        console.print()
        console.print(differing)


def _print_deployments(console: Console, found: Sequence[Deployment]) -> None:
    if not found:
        console.print("No model of this product was deployed yet.")
        return
    shown = table("when", "what", "version", "by", "why")
    for one in found:
        shown.add_row(
            moment(one.created_at),
            state(one.kind),
            words(one.model_version),
            words(one.actor),
            plain(one.reason),
        )
    console.print(shown)
