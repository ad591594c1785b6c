"""Commands about the catalogue."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from client.commands.answers import answer, answer_list, done, first
from client.commands.groups import ListingGroup
from client.layout import day, fitted, table, words, yes
from client.options import AsJson, Limit, Url, connect
from client.records import Product
from client.resources.catalogue import ProductChange
from client.tables import print_models
from client.terminal import counted, metric, plain, share

Reference = Annotated[str, typer.Argument(metavar="PRODUCT", help="Id or SKU")]
Name = Annotated[str | None, typer.Option(help="What people call it.")]
Category = Annotated[str | None, typer.Option(help="A group of products.")]
Priority = Annotated[int | None, typer.Option(min=0, max=9, help="Higher goes first.")]

products = typer.Typer(cls=ListingGroup, help="List, add, change and delete products.")


@products.command("list")
def list_products(
    search: Annotated[str | None, typer.Option(help="A part of SKU or name.")] = None,
    category: Category = None,
    active: Annotated[
        bool | None, typer.Option("--active/--inactive", help="Sold, or no longer.")
    ] = None,
    has_model: Annotated[
        bool | None, typer.Option("--with-model/--without-model", help="By having a model.")
    ] = None,
    limit: Limit = 50,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List products with the models in use, the newest first."""
    filters = {"search": search, "category": category, "active": active, "has_model": has_model}
    with connect(url) as studio:
        found = first(limit, studio.products, **filters)
    answer_list(found, _print_products, as_json=as_json)


@products.command()
def show(product: Reference, url: Url = None, as_json: AsJson = False) -> None:
    """Show a product."""
    with connect(url) as studio:
        answer(studio.catalogue.get(product), _print_product, as_json=as_json)


@products.command()
def add(
    sku: Annotated[str, typer.Argument(help="Your own number or name of it.")],
    name: Name = None,
    category: Category = None,
    priority: Priority = None,
    inactive: Annotated[bool, typer.Option("--inactive", help="Not sold (yet).")] = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Add a product."""
    with connect(url) as studio:
        added = studio.catalogue.create(
            sku, name=name, category=category, is_active=not inactive, priority=priority or 0
        )
    answer(added, _print_product, as_json=as_json)


@products.command()
def change(
    product: Reference,
    name: Name = None,
    category: Annotated[str | None, typer.Option(help="A group of products; '' for none.")] = None,
    priority: Priority = None,
    active: Annotated[
        bool | None,
        typer.Option("--active/--inactive", help="Whether trainings of all products include it."),
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Change a product; what is not named stays."""
    changes: ProductChange = {}
    if name is not None:
        changes["name"] = name
    if category is not None:
        changes["category"] = category or None
    if priority is not None:
        changes["priority"] = priority
    if active is not None:
        changes["is_active"] = active
    with connect(url) as studio:
        answer(studio.catalogue.change(product, **changes), _print_product, as_json=as_json)


@products.command()
def delete(
    product: Reference,
    force: Annotated[bool, typer.Option("--force", help="Its sales and models, too.")] = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Delete a product that has no sales and models."""
    with connect(url) as studio:
        studio.catalogue.delete(product, force=force)
    done(f"{plain(product)} is deleted.", None, as_json=as_json)


def _print_products(console: Console, found: Sequence[Product]) -> None:
    if not found:
        console.print("There are no such products. `model-studio import-sales` brings them in.")
        return
    shown = table("SKU", "name", "category", "last sale", "model", "WAPE")
    for one in found:
        model = one.model
        shown.add_row(
            words(one.sku),
            words(one.name) + ("" if one.is_active else " (inactive)"),
            words(one.category),
            day(one.last_sale),
            words(model and model.model_id),
            share(metric(None if model is None else model.metrics, "wape")),
        )
    console.print(fitted(console, shown, "model", "category"))


def _print_product(console: Console, one: Product) -> None:
    console.print(f"{plain(one.name)} (SKU {plain(one.sku)}, id {one.id})")
    sold = (
        f"sold from {day(one.first_sale)} to {day(one.last_sale)} ({counted(one.days, 'day')})"
        if one.days is not None
        else "without sales"
    )
    console.print(
        f"Category {words(one.category)}, active: {yes(one.is_active)},"
        f" priority {one.priority}, {sold}."
    )
    if one.model is not None:
        print_models(console, [one.model])
