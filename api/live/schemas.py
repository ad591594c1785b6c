"""What may be asked of the progress and the log of a job, and what is answered."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from api.schemas import Answer, PageQuery, Request, Text

LONGEST_WAIT_S = 30
_AFTER = "The `seq` of the last message received; 0 for all"

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class EventsQuery(Request):
    after: int = Field(default=0, ge=0, description=_AFTER + ". `Last-Event-ID` counts before it")


class PollQuery(Request):
    after: int = Field(default=0, ge=0, description=_AFTER)
    limit: int = Field(default=100, ge=1, le=500, description="Messages in the answer")
    wait: float = Field(
        default=0,
        ge=0,
        le=LONGEST_WAIT_S,
        description="Seconds to wait for a message when there is none yet",
    )


class ProgressPage(Answer):
    """Messages in order, without a gap. Ask again with `next_after` until `is_final`."""

    messages: list[dict[str, Any]]
    next_after: int
    is_final: bool


class LogsQuery(PageQuery):
    product: Text | None = Field(default=None, description="Only of this product (id or SKU)")
    level: LogLevel = Field(default="DEBUG", description="Only lines of this level and above")


class LogLine(Answer):
    """What happened, in which step, and where a step ended, how long it took."""

    id: UUID
    created_at: datetime
    log_level: str
    product_id: UUID | None
    product_name: str | None
    step_name: str | None
    execution_time_ms: int | None
    message: str
    metadata: dict[str, Any] | None
