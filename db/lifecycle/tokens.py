"""What goes into a transition and what comes out of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from core.progress import ProgressMessage

JobKind = Literal["products", "upload", "prediction"]
TaskKind = Literal["shared", "product", "table", "prediction"]
StopMode = Literal["abort", "finish"]
Messages = list[ProgressMessage]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    kind: TaskKind
    product_id: UUID | None = None
    product_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """The right to write a task's results: valid while this attempt is the running one."""

    task_id: UUID
    job_id: UUID
    tenant_id: UUID
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    token: Token
    kind: str
    product_id: UUID | None
    product_name: str | None
    job_request: dict[str, Any]
    deadline_at: datetime
    seconds_left: float
    shared_artifact: str | None
    upload_digest: str | None
    trace_context: str | None
    request_id: str | None
    messages: tuple[ProgressMessage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseTerms:
    """What a worker learns when it renews its lease."""

    stop_mode: str | None
    deadline_at: datetime
    seconds_left: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StopResult:
    """`status` after the request; `running` tasks are told through their lease and unwind. A job
    that `had_ended` before is left alone.
    """

    status: str
    had_ended: bool
    cancelled: int
    running: int
    messages: Messages
