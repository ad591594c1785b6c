"""Whatever ends a training as failed says how bad it is, and what to do about it."""

from collections.abc import Iterator

import pytest

from pipeline.errors import PipelineError
from worker.errors import (
    BrokerUnavailableError,
    EventRejectedError,
    LeaseLostError,
    ModelNotLoadableError,
    NotDeliveredError,
    TrainingCancelledError,
    WorkerDrainedError,
    WorkerError,
)

FAIL_NO_TRAINING = {
    TrainingCancelledError: "somebody wanted it",
    LeaseLostError: "another worker goes on",
    WorkerDrainedError: "another worker goes on",
    ModelNotLoadableError: "ends a prediction, in words of its own",
    BrokerUnavailableError: "the dispatcher tries again",
    NotDeliveredError: "ends a delivery of a webhook",
    EventRejectedError: "ends an event of another system",
}


def leaves(error: type[Exception]) -> Iterator[type[Exception]]:
    below = error.__subclasses__()
    if not below:
        yield error
    for one in below:
        yield from leaves(one)


LEAVES = [*leaves(PipelineError), *leaves(WorkerError)]
FAILURES = [error for error in LEAVES if error not in FAIL_NO_TRAINING]


def test_the_list_of_exceptions_is_of_errors_that_there_are() -> None:
    assert FAIL_NO_TRAINING.keys() <= set(LEAVES)
    assert len(FAILURES) >= 6


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: error.__name__)
def test_a_failure_has_a_severity_and_an_action(error: type[Exception]) -> None:
    assert getattr(error, "severity", None) in {"low", "medium", "high"}
    action = getattr(error, "recommended_action", "")
    assert action[:1].isupper()
    assert len(action.split()) > 3
    assert not action.endswith(".")
