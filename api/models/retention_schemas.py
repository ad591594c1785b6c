"""What is asked and told of old models that are not to be kept."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from api.schemas import Answer, Request


class RetentionQuery(Request):
    limit: int = Field(default=50, ge=1, le=200, description="Models that are listed")


class ExpiredModel(Answer):
    """A model that is not to be kept, and why."""

    model_id: str
    product_id: UUID | None
    name: str | None
    model_version: str
    created_at: datetime
    size_bytes: int
    why: Literal["age", "version_limit"]
    reason: str


class Storage(Answer):
    """Files of models: as many bytes as the models have, and as are stored, since the same content
    is stored once.
    """

    logical_bytes: int
    stored_bytes: int
    saved_bytes: int


class ModelsByReason(Answer):
    """How many models would go for each reason."""

    age: int = Field(description="Models that are older than `retention_days`")
    version_limit: int = Field(description="Models with `max_versions` newer ones")


class RetentionPlan(Answer):
    """What retention would delete now. The totals and `bytes`, those of files that nothing else
    names, are over all models, however few are listed.
    """

    retention_days: int
    max_versions: int
    models: list[ExpiredModel] = Field(description="The first of them, by product and age")
    models_total: int = Field(description="How many models would be deleted")
    models_by_reason: ModelsByReason = Field(description="How many they are for each reason")
    bytes: int
    storage: Storage


class RetentionLinks(Answer):
    plan: str = Field(description="Tells how many models are still to go")


class RetentionRun(Answer):
    """What retention deleted; `storage` is what is left. Of very many models the first go at once,
    and the others in the background.
    """

    retention_days: int
    max_versions: int
    models: list[ExpiredModel] = Field(description="The models that were deleted")
    models_left: int = Field(
        description="How many more are deleted in the background, within minutes"
    )
    links: RetentionLinks
    bytes_reclaimed: int
    bytes_later: int
    storage: Storage
