"""Alerts as they are asked for and shown."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas import Answer, PageQuery


class AlertsQuery(PageQuery):
    status: Literal["open", "all"] = Field(default="open", description="Open ones only, or all")
    kind: Annotated[str, StringConstraints(max_length=50)] | None = Field(
        default=None, description="Such as `accuracy_drift`"
    )


class Alert(Answer):
    """`subject_id` is the product, source, webhook or schedule that the alert is about."""

    id: UUID
    kind: str = Field(description="Kind of alert, such as `accuracy_drift`")
    severity: Literal["low", "medium", "high"]
    subject_id: str = Field(
        description="Id or name of the product, source, webhook or schedule that it is about"
    )
    message: str
    recommended_action: str | None
    details: dict[str, Any]
    created_at: datetime
    resolved_at: datetime | None
