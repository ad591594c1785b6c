"""What requests may say and what answers hold; the OpenAPI document is made from these."""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from api.visible import checked_visible
from core.cron import checked_time_zone

Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=255),
    AfterValidator(checked_visible),
]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(checked_time_zone)]
Numbers = dict[str, Any]
Item = TypeVar("Item")


class Request(BaseModel):
    """A body or a query of ours: unknown fields are mistakes."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, protected_namespaces=())


class Answer(BaseModel):
    """An answer, read from rows by attribute."""

    model_config = ConfigDict(
        from_attributes=True, protected_namespaces=(), ser_json_inf_nan="null"
    )


class Page(Answer, Generic[Item]):
    """Some items of a list; `next_cursor` asks for the following ones, null on the last page."""

    items: list[Item]
    next_cursor: str | None = None


class PageQuery(Request):
    limit: int = Field(default=50, ge=1, le=200, description="Items on a page")
    cursor: str | None = Field(default=None, description="`next_cursor` of the page before")


class ModelSummary(Answer):
    """A trained model. `id` and `model_id` (which is also `public_id`) both address it."""

    id: UUID
    model_id: str
    public_id: str
    name: str | None
    ml_task: str
    product_id: UUID | None
    product_name: str | None
    model_version: str
    algorithm: str
    is_deployed: bool
    deployed_at: datetime | None
    is_pinned: bool
    degraded_reason: str | None
    created_at: datetime
    training_job_id: UUID | None
    metrics: Numbers
    baseline: Numbers


class Health(Answer):
    status: Literal["ok"] = Field(description="`ok`: the process answers")


class Readiness(Answer):
    """Without Redis or a broker the service is only slower; so this asks the database alone."""

    status: Literal["ready"] = Field(description="`ready`: it can do its work")
    database: Literal["ok"] = Field(description="`ok`: the database answers")


class Problem(Answer):
    """RFC 9457 problem details, the body of every refusal."""

    type: str
    title: str
    status: int = Field(description="The HTTP status, as in the status line")
    detail: str
    instance: str
    request_id: str | None
    errors: list[dict[str, Any]] | None = None
    errors_total: int | None = None
