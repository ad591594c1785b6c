"""When boosting stops: by what it learns, by its time, or after the rounds it was given."""

from collections.abc import Mapping
from typing import Any

FEWEST_PATIENT = 20
MOST_PATIENT = 250


def patience(parameters: Mapping[str, Any]) -> int:
    """How many rounds without a smaller loss are waited for: the slower the steps, the more."""
    rate = float(parameters.get("learning_rate", 0.1))
    return int(min(MOST_PATIENT, FEWEST_PATIENT + 3.0 / rate))
