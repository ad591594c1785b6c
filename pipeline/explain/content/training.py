"""How the model came to be: rows, split, candidates."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.explain.charts.lines import Line, line_chart
from pipeline.explain.content.wording import algorithm_name, amount, count, metric_name
from pipeline.explain.document.blocks import Block, Bullets, Chart, Paragraph, Section, Table
from pipeline.explain.facts import Facts, as_number

_SHOWN = 15


def training(facts: Facts) -> Section:
    blocks: list[Block] = [Paragraph(_story(facts))]
    notes = facts.texts("notes")
    if notes:
        blocks.append(Bullets(notes))
    if facts.leaderboard:
        blocks.append(_leaderboard(facts))
    return Section("How it was trained", (*blocks, *_learning_curve(facts)))


def _story(facts: Facts) -> str:
    learned, tested = facts.number("training_data_points"), facts.number("validation_data_points")
    told = f"{count(learned, 'row')} to learn from"
    if tested:
        told += f", {count(tested, 'row')} set aside for the test"
    parts = [f"{told}."]
    budget = facts.number("time_budget_seconds")
    took = facts.metric("total_time_seconds")
    if took is not None:
        within = f" of the {count(budget, 'second')} allowed" if budget else ""
        parts.append(f"The training took {count(round(took), 'second')}{within}.")
    if facts.leaderboard:
        tried = sum(1 for entry in facts.leaderboard if entry.get("failure") is None)
        metric = metric_name(facts.text("selection_metric") or "the selection metric")
        parts.append(f"{count(tried, 'candidate')} were compared by: {metric}.")
    return " ".join(parts)


def _leaderboard(facts: Facts) -> Table:
    rows = tuple(_entry(entry) for entry in facts.leaderboard[:_SHOWN])
    headers = ("Candidate", "Remark", "Score", "±", "Seconds", "Size", "ms per row", "Weight")
    return Table(headers, rows, first_number=2)


def _entry(entry: Mapping[str, Any]) -> tuple[str, ...]:
    remark = "chosen" if entry.get("is_chosen") else str(entry.get("failure") or "")
    size = as_number(entry.get("size_bytes"))
    return (
        algorithm_name(entry.get("candidate") or entry.get("algorithm")),
        remark,
        amount(as_number(entry.get("score"))),
        amount(as_number(entry.get("score_std")), 2),
        amount(as_number(entry.get("fit_seconds")), 3),
        "–" if size is None else f"{size / 1024:,.0f} KiB",
        amount(as_number(entry.get("predict_ms")), 3),
        amount(as_number(entry.get("weight")) or None, 2),
    )


def _learning_curve(facts: Facts) -> Iterator[Chart]:
    points = [
        (rows, score)
        for one in facts.section("learning_curve") or ()
        if (rows := as_number(one.get("rows"))) is not None
        and (score := as_number(one.get("score"))) is not None
    ]
    if len(points) < 2:
        return
    xs, ys = zip(*sorted(points), strict=True)
    metric = metric_name(facts.text("selection_metric") or "score")
    summary = f"{metric} with more training rows: from {amount(ys[0], 3)} to {amount(ys[-1], 3)}."
    svg = line_chart(
        [Line("", xs, ys, has_dots=True)], label=summary, x_title="training rows", y_title="score"
    )
    yield Chart("Learning curve", svg, summary)
