"""Why a task stops before its model is there, other than by an error of its data.

WorkerError
├── TaskStoppedError
│   ├── TrainingCancelledError
│   ├── TrainingTimeoutError
│   ├── LeaseLostError
│   └── WorkerDrainedError
├── TaskDataMissingError
│   └── ModelMissingError
├── ModelNotLoadableError
├── BrokerUnavailableError
├── NotDeliveredError
└── EventRejectedError
"""

from typing import ClassVar

from db.jobs.wording import AFTER_TIMEOUT
from pipeline.errors import Severity


class WorkerError(Exception):
    """A task cannot go on."""


class TaskStoppedError(WorkerError):
    """The task was told to end; raised by the progress callback, so that the pipeline unwinds."""


class TrainingCancelledError(TaskStoppedError):
    """Somebody stopped the job."""


class TrainingTimeoutError(TaskStoppedError):
    """The deadline of the job has passed; what it finished before is kept."""

    severity: ClassVar[Severity] = "high"
    recommended_action: ClassVar[str] = AFTER_TIMEOUT


class LeaseLostError(TaskStoppedError):
    """The task belongs to another worker by now; whatever this one finds is not written."""


class WorkerDrainedError(TaskStoppedError):
    """The worker ends; another one takes the task, and no attempt is used up."""


class TaskDataMissingError(WorkerError):
    """The product or the upload that the task names is gone."""

    severity: ClassVar[Severity] = "medium"
    recommended_action: ClassVar[str] = "Import the data again and start a new training"


class ModelMissingError(TaskDataMissingError):
    """The model that a file is to be predicted with is gone, or cannot be used any more."""

    recommended_action: ClassVar[str] = "Train the model again, and predict the file with that one"


class ModelNotLoadableError(WorkerError):
    """The files of a model are gone, damaged or not ours; the text says what helps."""


class BrokerUnavailableError(WorkerError):
    """The message broker did not take a message in time; the database remembers it."""


class NotDeliveredError(WorkerError):
    """The receiver of a webhook did not answer, or may not be called."""


class EventRejectedError(WorkerError):
    """An event of another system that cannot be acted on; the text says what would be."""
