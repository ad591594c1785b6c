"""What can be wrong with data or parameters.

The message names the column, count or parameter and what would be accepted; trying again with the
same input cannot help.

PipelineError
├── InsufficientDataError
├── InvalidDataError
│   └── WrongColumnsError
├── InvalidParameterError
├── TargetNotFoundError
└── ResourceLimitError
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

Severity = Literal["low", "medium", "high"]


class PipelineError(Exception):
    """The input cannot become a model."""

    severity: ClassVar[Severity] = "medium"
    recommended_action: str = "Correct the data and train again"


class InsufficientDataError(PipelineError):
    """There are too few observations to learn from."""

    recommended_action = "Send a table with more rows"

    def __init__(self, message: str, recommended_action: str | None = None) -> None:
        super().__init__(message)
        if recommended_action is not None:
            self.recommended_action = recommended_action


class InvalidDataError(PipelineError):
    """The data cannot be read or has values that no model can learn from."""

    severity = "high"


@dataclass(frozen=True, slots=True)
class ColumnProblem:
    """What is wrong with one column; ``row`` counts from 1 and is None if all rows are meant."""

    column: str
    message: str
    value: str | None = None
    row: int | None = None


class WrongColumnsError(InvalidDataError):
    """Columns that a model needs are missing or hold something else; ``problems`` names each."""

    def __init__(self, problems: Sequence[ColumnProblem]) -> None:
        told = "; ".join(f"{one.column!r} {one.message}" for one in problems[:20])
        more = f"; and {len(problems) - 20} more" if len(problems) > 20 else ""
        super().__init__(f"The columns do not fit the model: {told}{more}")
        self.problems = tuple(problems)


class InvalidParameterError(PipelineError):
    """A parameter of the training request is out of its range."""

    recommended_action = "Correct the training request and send it again"


class TargetNotFoundError(InvalidParameterError):
    """The target column is not in the data."""


class ResourceLimitError(PipelineError):
    """The data is larger than this installation accepts."""

    severity = "high"
    recommended_action = "Send fewer rows or columns, or ask the operator to raise the limit"
