"""What a watcher receives while a job runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from client.decoding import Record

TERMINAL_TYPES = {
    "completed": "training_completed",
    "failed": "training_failed",
    "cancelled": "training_cancelled",
}
"""The type of the last message by the status that the job ended with."""
_NAMES = {
    "shared": "What all products share",
    "table": "Uploaded file",
    "prediction": "Predictions of a file",
}


@dataclass(frozen=True, kw_only=True)
class JobProgress(Record):
    percentage: float = 0.0
    current_step: str | None = None
    products_completed: int = 0
    products_failed: int = 0
    products_total: int | None = None
    estimated_time_remaining: float | None = None
    started_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TaskProgress(Record):
    """The product (or upload) that a message is about."""

    id: str | None = None
    product_id: str | None = None
    product_name: str | None = None
    kind: str = "product"
    status: str = "pending"
    phase: str | None = None
    percentage: float = 0.0
    message: str | None = None
    metrics: Mapping[str, Any] = field(default_factory=dict)
    logs: tuple[str, ...] = ()
    attempt: int = 0
    error_type: str | None = None
    error_message: str | None = None
    recommended_action: str | None = None
    degraded_reason: str | None = None
    model_id: str | None = None

    @property
    def name(self) -> str:
        return self.product_name or self.product_id or _NAMES.get(self.kind, self.kind)


@dataclass(frozen=True, kw_only=True)
class ProgressMessage(Record):
    """One step of a job. `polled`: made from the status instead of received on the socket."""

    type: str
    job_id: str
    seq: int
    event: str | None = None
    progress: JobProgress = field(default_factory=JobProgress)
    product: TaskProgress | None = None
    result: Mapping[str, Any] | None = None
    timestamp: datetime | None = None
    polled: bool = False

    @property
    def percentage(self) -> float:
        return self.progress.percentage

    @property
    def current_step(self) -> str:
        return self.progress.current_step or ""

    @property
    def is_terminal(self) -> bool:
        return self.type in TERMINAL_TYPES.values()


@dataclass(frozen=True, kw_only=True)
class StudioUpdate(Record):
    """One message of the training of an uploaded file: `type` is progress, completed or error."""

    type: str
    message: str = ""
    phase: str | None = None
    progress: float = 0.0
    metrics: Mapping[str, Any] = field(default_factory=dict)
    logs: tuple[str, ...] = ()
    model_id: str | None = None
    model_file_path: str | None = None
    preprocessing_file_path: str | None = None
    timestamp: datetime | None = None
    job_id: str | None = None
    seq: int | None = None

    @property
    def is_terminal(self) -> bool:
        return self.type in {"completed", "error"}
