"""What can be wrong with data or parameters.

The message names the column, count or parameter and what would be accepted; trying again with the
same input cannot help.

PipelineError
├── InsufficientDataError
├── InvalidDataError
├── InvalidParameterError
├── TargetNotFoundError
└── ResourceLimitError
"""

from typing import ClassVar, Literal

Severity = Literal["low", "medium", "high"]


class PipelineError(Exception):
    """The input cannot become a model."""

    severity: ClassVar[Severity] = "medium"
    recommended_action: ClassVar[str] = "Correct the data and train again"


class InsufficientDataError(PipelineError):
    """There are too few observations to learn from."""

    recommended_action = "Collect more sales data before retraining"


class InvalidDataError(PipelineError):
    """The data cannot be read or has values that no model can learn from."""

    severity = "high"


class InvalidParameterError(PipelineError):
    """A parameter of the training request is out of its range."""

    recommended_action = "Correct the training request and send it again"


class TargetNotFoundError(InvalidParameterError):
    """The target column is not in the data."""


class ResourceLimitError(PipelineError):
    """The data is larger than this installation accepts."""

    severity = "high"
    recommended_action = "Send fewer rows or columns, or ask the operator to raise the limit"
