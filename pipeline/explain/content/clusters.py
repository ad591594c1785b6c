"""The groups that a clustering found."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.explain.charts.bars import lying_bars
from pipeline.explain.charts.lines import MOST_LINES
from pipeline.explain.charts.points import groups_of_points
from pipeline.explain.content.wording import amount, listed, share
from pipeline.explain.document.blocks import Block, Chart, Paragraph, Section, Table
from pipeline.explain.facts import Facts, as_number

_MOST_CLUSTERS = 30
_MOST_COLUMNS = 12


def clusters(facts: Facts) -> Section | None:
    """What each cluster has in common; None unless the model is a clustering."""
    found: Sequence[Mapping[str, Any]] = facts.section("clusters") or ()
    if facts.ml_task != "clustering" or not found:
        return None
    blocks: list[Block] = [
        Paragraph(_told(facts, found)),
        Table(
            ("Cluster", "What its rows have in common", "Rows", "Share"),
            tuple(_row(one) for one in found[:_MOST_CLUSTERS]),
            first_number=2,
        ),
        *_sizes(found),
        *_projection(facts),
        *_separating(facts),
    ]
    return Section("The clusters", tuple(blocks))


def _told(facts: Facts, found: Sequence[Mapping[str, Any]]) -> str:
    reason = facts.section("clarity")
    judged = {True: "The clusters are clear", False: "The clusters are not clear"}
    clear = judged.get(facts.section("are_clear"), "")
    said = f" {clear}{f': {reason}' if reason else ''}." if clear else ""
    shown = f" The first {_MOST_CLUSTERS} are listed." if len(found) > _MOST_CLUSTERS else ""
    return f"The rows fall into {len(found)} groups.{said}{shown}"


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        str(one.get("name")),
        str(one.get("words") or ""),
        amount(as_number(one.get("rows")), 9),
        share(as_number(one.get("share"))),
    )


def _sizes(found: Sequence[Mapping[str, Any]]) -> Iterator[Chart]:
    shown = found[:_MOST_COLUMNS]
    summary = f"Rows in each of the {'first ' if len(found) > len(shown) else ''}{len(shown)}."
    rows = [as_number(one.get("rows")) or 0.0 for one in shown]
    svg = lying_bars([str(one.get("name")) for one in shown], rows, label=summary)
    yield Chart("Sizes", svg, summary)


def _projection(facts: Facts) -> Iterator[Chart]:
    points: Sequence[Mapping[str, Any]] = (facts.section("projection") or {}).get("points") or ()
    if not points:
        return
    groups: dict[str, list[tuple[float, float]]] = {}
    for one in points:
        groups.setdefault(str(one["cluster"]), []).append((float(one["x"]), float(one["y"])))
    largest = sorted(groups, key=lambda name: -len(groups[name]))
    named = {name: groups[name] for name in largest[: MOST_LINES - 1]}
    rest = [point for name in largest[MOST_LINES - 1 :] for point in groups[name]]
    if rest:
        named["others"] = rest
    summary = f"{len(points):,} rows in the two directions in which rows differ most."
    yield Chart("The rows on a plane", groups_of_points(named, label=summary), summary)


def _separating(facts: Facts) -> Iterator[Chart]:
    columns: Sequence[Mapping[str, Any]] = facts.section("separating_columns") or ()
    shown = columns[:_MOST_COLUMNS]
    if not shown:
        return
    names = [str(one["column"]) for one in shown]
    summary = f"The clusters differ most in {listed(names, 3)} (share of variation explained)."
    svg = lying_bars(names, [as_number(one["strength"]) or 0.0 for one in shown], label=summary)
    yield Chart("What tells the clusters apart", svg, summary)
