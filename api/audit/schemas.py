"""The audit trail as it is asked for and shown."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from api.schemas import Answer, PageQuery

Word = Annotated[str, StringConstraints(max_length=255)]


class AuditQuery(PageQuery):
    action: Word | None = Field(default=None, description="Such as `deploy` or `delete`")
    subject_type: Word | None = Field(default=None, description="Such as `model` or `job`")
    subject_id: Word | None = Field(default=None, description="Which of them")
    actor: Word | None = Field(default=None, description="Who: the `sub` of a token, or `service`")


class AuditEntry(Answer):
    """`details` differ by action."""

    id: int
    actor: str
    action: str
    subject_type: str
    subject_id: str
    subject_name: str | None = Field(
        description="What it is called, of a model its product or table; null if nothing tells"
    )
    details: dict[str, Any]
    request_id: str | None
    created_at: datetime
