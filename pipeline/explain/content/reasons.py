"""Which columns matter, and how."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.explain.charts.bars import lying_bars
from pipeline.explain.charts.lines import MOST_LINES, Band, Line, line_chart
from pipeline.explain.content.wording import amount, listed, metric_name
from pipeline.explain.document.blocks import Chart, Paragraph, Section, Table
from pipeline.explain.facts import Facts

_SHOWN = 12
_IN_NUMBERS = 50
_LABEL = 40


def reasons(facts: Facts) -> Section | None:
    """Importances and partial dependence, None if the model was not asked for them."""
    charts = (*_permutation(facts), *_shap(facts), *_dependence(facts))
    if not charts:
        return None
    return Section("What matters", (Paragraph(_told(facts)), *charts))


def _told(facts: Facts) -> str:
    found = facts.section("permutation_importance") or facts.section("shap")
    if not found:
        return "How the predictions change with single columns."
    names = [one["column"] for one in found["columns"] if (one["importance"] or 0) > 0]
    if not names:
        return "No column by itself makes a measurable difference."
    return (
        f"The strongest columns are {listed(names)}. A column that says the same as another may "
        "look weak although it is not."
    )


def _permutation(facts: Facts) -> Iterator[Chart]:
    found = facts.section("permutation_importance")
    if not found or not found["columns"]:
        return
    shown = found["columns"][:_SHOWN]
    metric = metric_name(found["metric"])
    summary = (
        f"How much worse “{metric}” gets when the values of a column are shuffled "
        f"({found['repeats']} repeats)."
    )
    svg = lying_bars(
        [one["column"] for one in shown],
        [one["importance"] or 0.0 for one in shown],
        deviations=[one["std"] or 0.0 for one in shown],
        label=summary,
    )
    yield Chart("Importance by shuffling", svg, summary, _numbers(found, ("importance", "std")))


def _shap(facts: Facts) -> Iterator[Chart]:
    found = facts.section("shap")
    if not found or not found["columns"]:
        return
    shown = found["columns"][:_SHOWN]
    unit = "probability" if facts.ml_task == "classification" else "the target's unit"
    summary = f"By how much a column moves a prediction on average, in {unit} (Shapley values)."
    svg = lying_bars(
        [one["column"] for one in shown],
        [one["importance"] or 0.0 for one in shown],
        label=summary,
    )
    yield Chart("Size of contributions", svg, summary, _numbers(found, ("importance",)))


def _numbers(found: Mapping[str, Any], parts: tuple[str, ...]) -> Table:
    titles = {"importance": "Importance", "std": "Standard deviation"}
    rows = tuple(
        (str(one["column"]), *(amount(one[part], 3) for part in parts))
        for one in found["columns"][:_IN_NUMBERS]
    )
    return Table(("Column", *(titles[part] for part in parts)), rows)


def _dependence(facts: Facts) -> Iterator[Chart]:
    found = facts.section("partial_dependence") or {}
    for one in found.get("columns", ()):
        title = f"Effect of {one['column']}"
        yield Chart(title, _curve(one), _range_told(one) + _band_told(one))


def _curve(one: Mapping[str, Any]) -> str:
    grid, outputs = one["grid"], _drawn(one["outputs"])
    is_number = one["kind"] == "number" and all(isinstance(value, int | float) for value in grid)
    xs = grid if is_number else list(range(len(grid)))
    lines = [
        Line(
            name if len(outputs) > 1 else "",
            xs,
            values["mean"],
            has_dots=one["kind"] == "category",
            is_connected=one["kind"] != "category",
        )
        for name, values in outputs.items()
    ]
    only = next(iter(outputs.values())) if _has_band(one) else None
    return line_chart(
        lines,
        label=_range_told(one),
        x_title=one["column"],
        y_title="mean prediction",
        band=Band(xs, only["p10"], only["p90"]) if only else None,
        x_labels=None if is_number else [_label(value, one["kind"]) for value in grid],
    )


def _drawn(outputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of two classes only the second, for the other mirrors it; else the first five."""
    names = list(outputs)[-1:] if len(outputs) == 2 else list(outputs)[:MOST_LINES]
    return {name: outputs[name] for name in names}


def _range_told(one: Mapping[str, Any]) -> str:
    name, values = list(_drawn(one["outputs"]).items())[-1]
    low, high = min(values["mean"]), max(values["mean"])
    what = "The mean prediction" if name == "prediction" else f"The probability of “{name}”"
    return f"{what} goes from {amount(low, 3)} to {amount(high, 3)}."


def _band_told(one: Mapping[str, Any]) -> str:
    return " Eight of ten single rows lie in the band." if _has_band(one) else ""


def _has_band(one: Mapping[str, Any]) -> bool:
    return len(_drawn(one["outputs"])) == 1 and one["kind"] != "category"


def _label(value: Any, kind: str) -> str:
    return str(value)[:7] if kind == "date" else str(value)[:_LABEL]
