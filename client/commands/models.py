"""Commands that show what has been learned."""

from typing import Annotated

import typer

from client.options import AsJson, Url, connect
from client.tables import print_forecast, print_models
from client.terminal import results, write_json


def models(
    product: Annotated[str | None, typer.Option(help="Only models of this product.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many models to list.")] = 20,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List trained models, the newest first."""
    with connect(url) as studio:
        found = studio.models(product_id=product, limit=limit).items
    if as_json:
        write_json([one.raw for one in found])
    else:
        print_models(results(), found)


def forecast(
    name: Annotated[str, typer.Argument(metavar="PRODUCT|MODEL")],
    days: Annotated[int, typer.Option(min=1, help="How many rows to show.")] = 14,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show the forecast of a product, or of one of its models.

    A product's forecast is that of its latest model, as it was stored.
    """
    with connect(url) as studio:
        found = studio.forecast(name)
    if as_json:
        write_json(found.raw)
    else:
        print_forecast(results(), found, days=days)
