"""What can be said of a tenant."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from api.schemas import Answer, Request, Text, TimeZone
from core.training_options import TrainingOptions

_MOST = 1_000_000


Country = Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-z]{2}$")]
Subdivision = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10)]
Quota = Annotated[int, Field(ge=1, le=_MOST)]


class Quotas(Request):
    """What is left out or null, the settings decide."""

    requests_per_minute: Annotated[int, Field(ge=0, le=_MOST)] | None = Field(
        default=None, description="Requests in a minute; 0 is no limit"
    )
    max_active_jobs: Quota | None = Field(default=None, description="Jobs that wait or run")
    max_products: Quota | None = Field(default=None, description="Products in the catalogue")
    max_running_tasks: Quota | None = Field(
        default=None, description="Products that are trained at the same time"
    )


class TenantChange(Request):
    name: Text | None = Field(default=None, description="What the business is called")
    country: Country | None = Field(
        default=None, description="Whose public holidays count: a two-letter code (ISO 3166)"
    )
    subdivision: Subdivision | None = Field(
        default=None, description="Region of the country, such as `MD` for Madrid"
    )
    time_zone: TimeZone | None = Field(
        default=None, description="Where the shop's clock is, such as `Europe/Madrid`"
    )
    latitude: float | None = Field(default=None, ge=-90, le=90, description="Of the shop, in °")
    longitude: float | None = Field(default=None, ge=-180, le=180, description="Of the shop, in °")
    training_defaults: TrainingOptions | None = Field(
        default=None, description="What a training is told that does not say otherwise"
    )
    quotas: Quotas | None = None

    @model_validator(mode="after")
    def _place_is_whole(self) -> Self:
        told = self.model_fields_set & {"latitude", "longitude"}
        if told and (len(told) == 1 or (self.latitude is None) != (self.longitude is None)):
            raise ValueError("latitude and longitude belong together: give both, or null for both")
        if "name" in self.model_fields_set and self.name is None:
            raise ValueError("name cannot be taken away")
        return self

    def columns(self) -> dict[str, Any]:
        """The columns that change, with their new values."""
        columns = self.model_dump(
            exclude_unset=True, exclude={"quotas": True, "training_defaults": True}
        )
        if "training_defaults" in self.model_fields_set:
            defaults = self.training_defaults
            columns["training_defaults"] = {} if defaults is None else defaults.stated()
        if "quotas" in self.model_fields_set:
            quotas = self.quotas
            columns |= (
                Quotas().model_dump() if quotas is None else quotas.model_dump(exclude_unset=True)
            )
        return columns


class TenantAnswer(Answer):
    id: UUID
    name: str
    country: str | None
    subdivision: str | None
    time_zone: str | None
    latitude: float | None
    longitude: float | None
    training_defaults: dict[str, Any]
    quotas: Quotas
    created_at: datetime


class Use(Answer):
    used: int = Field(description="How much of it is in use now")
    limit: int | None = Field(description="How much may be in use; null is no limit")


class UsageAnswer(Answer):
    """What is used of the quotas now; a quota that the tenant does not state is that of the
    settings.
    """

    products: Use = Field(description="Products in the catalogue")
    active_jobs: Use = Field(description="Jobs that wait or run")
    running_tasks: Use = Field(description="Products and tables that are trained at this moment")
