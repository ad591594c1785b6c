"""The live score of a model as answers tell it."""

from typing import Any

from db.operation_tables import LiveScore

_SAME = ("scored_points", "wape", "mae", "bias", "coverage", "wape_limit", "is_drifting")


def live_figures(score: LiveScore | None) -> dict[str, Any]:
    """Nothing while the model was not scored."""
    if score is None:
        return {}
    return {name: getattr(score, name) for name in _SAME} | {
        "scored_at": score.updated_at,
        "first_ds": score.first_at,
        "last_ds": score.last_at,
    }
