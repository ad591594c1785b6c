"""What the numbers that go into an exported file mean, and those that come out."""

from collections.abc import Sequence
from typing import Any

from pipeline.table.search.model import TableModel

MISSING = "NaN in the views trees and native; the other views have no missing values"


def describe(model: TableModel, candidate: str, classes: Sequence[str] | None) -> dict[str, Any]:
    """Inputs with their columns, and outputs, as can be written as JSON."""
    blend = model.blends[candidate]
    views = {part.view for name in blend.weights for part in model.members[name]}
    answer: dict[str, Any] = {
        "candidate": candidate,
        "inputs": {key: _columns(model.views[key]) for key in sorted(views)},
        "missing_values": MISSING,
    }
    if classes is not None:
        answer["classes"] = list(classes)
    return answer


def _columns(view: Any) -> list[dict[str, Any]]:
    """The columns of one matrix, in their order, with the column of the table behind each."""
    categories = view.categories
    return [
        {"name": name, "source": source}
        | ({"codes": categories[place]} if place in categories else {})
        for place, (name, source) in enumerate(zip(view.feature_names, view.sources, strict=True))
    ]
