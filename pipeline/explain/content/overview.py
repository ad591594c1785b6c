"""What the model is for."""

from pipeline.explain.content.wording import TASKS, algorithm_name, count, listed, share
from pipeline.explain.document.blocks import Bullets, Paragraph, Section
from pipeline.explain.facts import Facts

_ANSWERS = {
    "classification": "It answers with a class and the probability of each class for every row.",
    "regression": (
        "It answers with an amount for every row, and with the ends of an interval in which the "
        "true amount lies nine times out of ten."
    ),
    "clustering": "It answers with the cluster that a row is most like.",
    "time_series": "It answers with the coming periods of each series and an interval for each.",
}
_MEANT_FOR = {
    "classification": "rows of the same kind as those it learned from, whose class is not known",
    "regression": "rows of the same kind as those it learned from, whose amount is not known",
    "clustering": "finding groups of rows that resemble each other, and the group of a new row",
    "time_series": "the periods that directly follow the last one it learned from",
}


def title(facts: Facts) -> str:
    named = facts.text("name")
    if named:
        return named
    return "Clusters of rows" if facts.ml_task == "clustering" else f"Model of {facts.target}"


def subtitle(facts: Facts) -> str:
    task = TASKS.get(facts.ml_task, "a model")
    parts = [f"{task[0].upper()}{task[1:]} by {algorithm_name(facts.text('algorithm'))}"]
    if facts.ml_task in {"classification", "regression"}:
        parts.append(f"accuracy on unseen rows {share(facts.metric('test_accuracy'))}")
    if facts.text("model_id"):
        parts.append(f"{facts.text('model_id')}")
    return " · ".join(parts)


def purpose(facts: Facts) -> Section:
    """What it predicts, from what, and what it is meant for."""
    features = list(facts.texts("features"))
    rows = facts.number("training_data_points")
    learned = f"It learned from {count(rows, 'row')}"
    if features:
        learned += f" and {count(len(features), 'column')}: {listed(features, 12)}"
    return Section(
        "What it predicts",
        (
            Paragraph(f"{_predicts(facts)} {_ANSWERS.get(facts.ml_task, '')}".strip()),
            Paragraph(f"{learned}."),
            Bullets(
                (
                    f"Intended for {_MEANT_FOR.get(facts.ml_task, 'rows like those it saw')}.",
                    "Not intended as the only ground of decisions about people, nor to tell what "
                    "would happen if a column were changed: it knows what goes together, not why.",
                )
            ),
        ),
    )


def _predicts(facts: Facts) -> str:
    if facts.ml_task == "clustering":
        return "The model sorts rows into groups that resemble each other."
    if facts.ml_task == "time_series":
        return f"The model forecasts “{facts.target}”."
    classes = list(facts.texts("classes"))
    if classes:
        return f"The model predicts which of {len(classes)} values “{facts.target}” has: " + (
            f"{listed(classes, 10)}."
        )
    return f"The model predicts the amount “{facts.target}”."
