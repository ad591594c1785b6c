"""When boosting stops: by what it learns, by its time, or after the rounds it was given."""

from collections.abc import Sequence

from pipeline.table.learners.learner import Parameters

FEWEST_PATIENT = 20
MOST_PATIENT = 250


_MANY_CLASSES, _LARGER_STEPS = 3, 2.5


def for_classes(configurations: Sequence[Parameters], classes: int) -> Sequence[Parameters]:
    """Larger steps, and so fewer, where each round has to grow a tree for each of many classes."""
    if classes <= _MANY_CLASSES:
        return configurations
    return [
        {
            **one,
            "learning_rate": min(0.3, _LARGER_STEPS * one["learning_rate"]),
            "rounds": round(one["rounds"] / _LARGER_STEPS),
        }
        for one in configurations
    ]


def patience(parameters: Parameters) -> int:
    """How many rounds without a smaller loss are waited for: the slower the steps, the more."""
    rate = float(parameters.get("learning_rate", 0.1))
    return int(min(MOST_PATIENT, FEWEST_PATIENT + 3.0 / rate))
