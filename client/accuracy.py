"""How good the models of a job are, beside the forecast that repeats last week."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from rich.console import Console
from rich.table import Table

from client.errors import TrainingFailedError
from client.records import ProductStatus
from client.tables import print_notes
from client.terminal import NONE, counted, metric, number, plain, share

_SAME = 0.005
"""Two errors that differ by less than this share are the same, as on the page."""


def print_accuracy(
    console: Console, products: Sequence[ProductStatus], days: Mapping[str | None, int | None]
) -> None:
    """A row for each product, then the averages over those that can be compared.

    `days` is the length of history by product id.
    """
    table = Table(title="Error on days the models had not seen", box=None, pad_edge=False)
    table.add_column("product", max_width=32)
    table.add_column("days", justify="right")
    table.add_column("model")
    for heading in ("MASE", "naive", "WAPE", "naive"):
        table.add_column(heading, justify="right")
    for one in sorted(products, key=lambda one: one.name):
        table.add_row(*_row(one, days.get(one.product_id)))
    console.print()
    console.print(table)
    print_notes(console, products)
    _print_overall(console, products)


def _row(product: ProductStatus, days: int | None) -> tuple[str, ...]:
    return (
        plain(product.name),
        NONE if days is None else f"{days:,}",
        plain(product.algorithm or NONE),
        number(metric(product.metrics, "mase")),
        number(metric(product.baseline, "mase")),
        share(metric(product.metrics, "wape")),
        share(metric(product.baseline, "wape")),
    )


def _print_overall(console: Console, products: Sequence[ProductStatus]) -> None:
    mases = _compared(products, "mase")
    wapes = _compared(products, "wape")
    if not mases or not wapes:
        raise TrainingFailedError("No product could be compared; the notes above say why.")
    console.print(
        f"\nAverage MASE {number(fmean(ours for ours, _ in mases))} against "
        f"{number(fmean(naive for _, naive in mases))}, and WAPE "
        f"{share(fmean(ours for ours, _ in wapes))} against "
        f"{share(fmean(naive for _, naive in wapes))}, of repeating last week (seasonal naive)."
    )
    better = sum(ours < (1 - _SAME) * naive for ours, naive in mases)
    same = sum(abs(ours - naive) <= _SAME * naive for ours, naive in mases)
    also = f", as good for {same:,}" if same else ""
    console.print(f"Better than that for {better:,} of {counted(len(mases), 'product')}{also}.")
    faultless = sum(metric(one.baseline, "mase") == 0 for one in products)
    if faultless:
        console.print(
            "Left out of these, as repeating last week had no error, such as where nothing was"
            f" sold: {counted(faultless, 'product')}."
        )
    untrained = sum(one.status != "completed" for one in products)
    if untrained:
        console.print(f"Without a model, for the reasons above: {counted(untrained, 'product')}.")


def _compared(products: Sequence[ProductStatus], name: str) -> list[tuple[float, float]]:
    """A metric of the model and of the baseline, where both are defined and the latter has erred.

    Nobody is better than a forecast without an error, whose measures say nothing of the model.
    """
    pairs = [(metric(one.metrics, name), metric(one.baseline, name)) for one in products]
    return [(ours, naive) for ours, naive in pairs if ours is not None and naive]
