"""Commands that sum up many trainings."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Concatenate, TypeVar

import typer
from rich.console import Console
from rich.text import Text

from client.analytics_records import (
    Accuracy,
    Duration,
    DurationGroup,
    Performance,
    Period,
    ProductFigures,
    Summary,
)
from client.commands.answers import answer
from client.commands.groups import PerformanceGroup
from client.decoding import Record
from client.layout import day, table, words
from client.options import AsJson, Url, connect
from client.resources.analytics import Analytics, AnalyticsFilters
from client.terminal import NONE, counted, duration, number, plain, share

R = TypeVar("R", bound=Record)
_SHORT_S = 10.0
_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]
Since = Annotated[
    datetime | None,
    typer.Option("--from", formats=_FORMATS, help="Begin; otherwise 90 days ago."),
]
Until = Annotated[
    datetime | None, typer.Option("--to", formats=_FORMATS, help="End, not included.")
]
Category = Annotated[str | None, typer.Option(help="Only products of this category.")]
Product = Annotated[str | None, typer.Option(help="Only this product.")]
Length = Annotated[int, typer.Option(min=1, max=200, help="Length of lists.")]

analytics = typer.Typer(cls=PerformanceGroup, help="Sum up success, accuracy and duration.")


def _command(
    name: str,
    told: str,
    fetch: Callable[Concatenate[Analytics, ...], R],
    show: Callable[[Console, R], None],
) -> None:
    """All of them take the same options."""

    @analytics.command(name, help=told)
    def command(
        since: Since = None,
        until: Until = None,
        category: Category = None,
        product: Product = None,
        limit: Length = 10,
        url: Url = None,
        as_json: AsJson = False,
    ) -> None:
        asked: AnalyticsFilters = {
            "since": since,
            "until": until,
            "category": category,
            "product": product,
            "limit": limit,
        }
        with connect(url) as studio:
            answer(fetch(studio.analytics, **asked), show, as_json=as_json)


def _print_performance(console: Console, told: Performance) -> None:
    _print_period(console, told.period)
    jobs = told.jobs
    console.print(
        f"{counted(jobs.total, 'job')} ({_counts(jobs.by_status)}), begun by"
        f" {_counts(jobs.by_trigger)}; {_percent(jobs.success_rate)} succeeded."
    )
    shown = table("trainings of products", "now", "before")
    for name in ("trained", "skipped", "failed", "cancelled", "degraded"):
        shown.add_row(name, *_both(told.products, told.previous, name))
    shown.add_row(
        "success", _percent(told.products.success_rate), _percent(told.previous.success_rate)
    )
    console.print(shown)
    saved = told.saved_by_incremental_training
    if saved.products_skipped:
        console.print(
            f"Skipping {counted(saved.products_skipped, 'unchanged product')} saved"
            f" {duration(saved.seconds)}."
        )
    if told.failures:
        failures = table("failure", "times", "products", "what to do")
        for one in told.failures:
            cells = (plain(one.error_type), str(one.count), str(one.products))
            failures.add_row(*cells, words(one.recommended_action))
        console.print(failures)


def _print_accuracy(console: Console, told: Accuracy) -> None:
    _print_period(console, told.period)
    if not told.accuracy.count:
        console.print("No model was trained in this time.")
        return
    against = told.against_baseline
    console.print(
        f"{counted(told.accuracy.count, 'model')} with a known accuracy:"
        f" {_percent(told.accuracy.median)} in the middle, MASE {number(told.mase.median)}, WAPE"
        f" {share(told.wape.median)}."
    )
    if against.mean_improvement is not None:
        less = "less" if against.mean_improvement >= 0 else "more"
        console.print(
            f"{against.better} of {against.compared} are better than repeating the last season;"
            f" on average they err {_percent(abs(against.mean_improvement))} {less}."
        )
    groups = table("category", "models", "accuracy", "MASE", "WAPE")
    for one in told.by_category:
        groups.add_row(
            words(one.name),
            str(one.models),
            _percent(one.mean_accuracy),
            number(one.mean_mase),
            share(one.mean_wape),
        )
    console.print(groups)
    worst = table("worst", "accuracy", "MASE", "why")
    for product in told.worst_products:
        why = "; ".join(advice.reason for advice in product.advice)
        cells = (_percent(product.accuracy), number(product.mase))
        worst.add_row(plain(product.product_name), *cells, words(why))
    console.print(worst)


def _print_duration(console: Console, told: Duration) -> None:
    _print_period(console, told.period)
    shown = table("", "times", "p50", "p90", "longest")
    shown.add_row("a job", *_summary(told.jobs))
    shown.add_row("its wait", *_summary(told.queue_wait))
    shown.add_row("a product", *_summary(told.products))
    console.print(shown)
    for title, groups in (
        ("algorithm", told.by_algorithm),
        ("step", told.by_step),
        ("slowest product", told.slowest_products),
    ):
        if groups:
            parts = table(title, "times", "p50", "p90", "longest")
            for one in groups:
                parts.add_row(plain(one.name), *_group(one))
            console.print(parts)


def _print_period(console: Console, period: Period) -> None:
    text = f"From {day(period.since)} to {day(period.until)} ({plain(period.time_zone)})"
    console.print(Text(text, "bold"))


def _summary(one: Summary) -> tuple[str, ...]:
    return (str(one.count), *map(_took, (one.median, one.p90, one.maximum)))


def _group(one: DurationGroup) -> tuple[str, ...]:
    return (str(one.count), *map(_took, (one.p50, one.p90, one.maximum)))


def _took(seconds: float | None) -> str:
    """Steps take less than a second, jobs take hours."""
    return f"{seconds:.1f} s" if seconds is not None and seconds < _SHORT_S else duration(seconds)


def _both(now: ProductFigures, before: ProductFigures, name: str) -> tuple[str, str]:
    return f"{getattr(now, name):,}", f"{getattr(before, name):,}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {plain(name)}" for name, count in counts.items() if count) or NONE


def _percent(value: float | None) -> str:
    return NONE if value is None else f"{value:.1f} %"


_command(
    "performance",
    "Whether trainings succeed, and why others fail.",
    Analytics.performance,
    _print_performance,
)
_command(
    "accuracy",
    "How good the models are, and which are worst and why.",
    Analytics.accuracy,
    _print_accuracy,
)
_command("duration", "How long trainings take and wait.", Analytics.duration, _print_duration)
