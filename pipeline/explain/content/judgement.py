"""Drawings of right and wrong answers on the test rows."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.explain.charts.axes import short
from pipeline.explain.charts.bars import histogram
from pipeline.explain.charts.lines import MOST_LINES, Line, line_chart
from pipeline.explain.charts.matrix import confusion
from pipeline.explain.charts.points import actual_over_predicted
from pipeline.explain.content.wording import amount, share
from pipeline.explain.document.blocks import Chart, Table
from pipeline.explain.facts import Facts

_UNIT = (0.0, 1.0)
_MOST_CLASSES = 12


def judgement_charts(facts: Facts) -> tuple[Chart, ...]:
    return tuple(
        chart
        for make in (_confusion, _roc, _precision_recall, _calibration, _predicted, _residuals)
        for chart in make(facts)
    )


def _confusion(facts: Facts) -> Iterator[Chart]:
    found = facts.section("confusion_matrix")
    if not found:
        return
    classes, counts = found["classes"], found["counts"]
    summary = f"Most often mistaken: {_most_mistaken(classes, counts)}."
    if len(classes) <= _MOST_CLASSES:
        svg = confusion(classes, counts, found["shares"], label=summary)
        rows = tuple(
            (name, *(f"{count:,}" for count in row))
            for name, row in zip(classes, counts, strict=True)
        )
        numbers = Table(("True class, predicted:", *classes), rows)
        yield Chart("Which classes are taken for which", svg, summary, numbers)


def _most_mistaken(classes: list[str], counts: list[list[int]]) -> str:
    pairs = [
        (count, classes[true], classes[named])
        for true, row in enumerate(counts)
        for named, count in enumerate(row)
        if true != named and count
    ]
    if not pairs:
        return "none"
    count, true, named = max(pairs)
    return f"“{true}” taken for “{named}” in {count:,} rows"


def _roc(facts: Facts) -> Iterator[Chart]:
    curves = _drawn(facts.section("roc"))
    if not curves:
        return
    lines = [
        Line(
            f"{name} (area {amount(one['area'], 3)})",
            one["false_positive_rate"],
            one["true_positive_rate"],
        )
        for name, one in curves.items()
    ]
    summary = "Areas: " + ", ".join(
        f"“{name}” {short(one['area'])}" for name, one in curves.items()
    )
    svg = line_chart(
        lines,
        label=summary,
        x_title="share of other rows named",
        y_title="share of members found",
        x=_UNIT,
        y=_UNIT,
        guide=((0.0, 0.0), (1.0, 1.0)),
    )
    yield Chart("ROC curve", svg, f"{summary}; 0.5 is chance, 1 is perfect.")


def _precision_recall(facts: Facts) -> Iterator[Chart]:
    curves = _drawn(facts.section("precision_recall"))
    if not curves:
        return
    lines = [Line(name, one["recall"], one["precision"]) for name, one in curves.items()]
    summary = "Average precision: " + ", ".join(
        f"“{name}” {short(one['average_precision'])} (chance {share(one['share'])})"
        for name, one in curves.items()
    )
    svg = line_chart(
        lines,
        label=summary,
        x_title="share of members found (recall)",
        y_title="share that is right",
        x=_UNIT,
        y=_UNIT,
    )
    yield Chart("Precision and recall", svg, f"{summary}.")


def _drawn(section: Any) -> Mapping[str, Mapping[str, Any]]:
    """The curves of the first classes; of two classes only the second, the other mirrors it."""
    classes: Mapping[str, Mapping[str, Any]] = (section or {}).get("classes") or {}
    names = list(classes)[-1:] if len(classes) == 2 else list(classes)[:MOST_LINES]
    return {name: classes[name] for name in names}


def _calibration(facts: Facts) -> Iterator[Chart]:
    found = facts.section("calibration")
    if not found:
        return
    bins = found["confidence"]
    error = found["expected_calibration_error"]
    summary = f"Said and observed probability differ by {share(error)} on average."
    svg = line_chart(
        [Line("", [one["predicted"] for one in bins], [one["observed"] for one in bins], True)],
        label=summary,
        x_title="probability of the predicted class",
        y_title="share that was right",
        x=_UNIT,
        y=_UNIT,
        guide=((0.0, 0.0), (1.0, 1.0)),
    )
    yield Chart("Calibration", svg, summary)


def _predicted(facts: Facts) -> Iterator[Chart]:
    found = facts.section("residuals")
    if not found:
        return
    actual, predicted = found["sample"]["actual"], found["sample"]["predicted"]
    summary = f"{len(actual):,} test rows; on the dashed line the prediction is exact."
    yield Chart(
        "Predicted and actual", actual_over_predicted(actual, predicted, label=summary), summary
    )


def _residuals(facts: Facts) -> Iterator[Chart]:
    found = facts.section("residuals")
    if not found:
        return
    edges, rows = found["histogram"]["edges"], found["histogram"]["rows"]
    summary = (
        f"Actual less predicted: median {amount(found['median'], 3)}, standard deviation "
        f"{amount(found['std'], 3)}."
    )
    svg = histogram(edges, rows, label=summary, x_title="actual less predicted")
    yield Chart("Errors", svg, summary)
