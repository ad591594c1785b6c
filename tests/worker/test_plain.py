"""Results of the pipeline as values that JSON knows, and nothing else."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np
import pytest

from worker.plain import plain


class Unit(StrEnum):
    DAY = "D"


@dataclass(frozen=True)
class Window:
    begins: datetime
    errors: tuple[float | None, ...]


WINDOW = Window(datetime(2026, 1, 2, 3), (0.5, None))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(1.5), 1.5),
        (np.bool_(True), True),
        (np.arange(3), [0, 1, 2]),
        ({1: (True, None), Unit.DAY: Unit.DAY}, {"1": [True, None], "D": "D"}),
        ([WINDOW], [{"begins": "2026-01-02T03:00:00", "errors": [0.5, None]}]),
        (1j, "1j"),
    ],
)
def test_values_are_those_of_json(value: Any, expected: Any) -> None:
    told = plain(value)
    assert told == expected
    assert json.loads(json.dumps(told)) == expected
    assert type(told) is type(expected)
