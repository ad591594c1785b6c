"""What is asked and told of the calendar."""

from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from api.moments import Day
from api.schemas import Answer, PageQuery, Request, Text

MOST_DAYS = 366
_FIRST, _LAST = date(1970, 1, 1), date(2100, 12, 31)

Kind = Literal["closure", "event"]


class CalendarQuery(PageQuery):
    kind: Kind | None = Field(default=None, description="Only closures, or only events")
    starts_from: Day | None = Field(default=None, description="Only what ends then or later")
    ends_by: Day | None = Field(default=None, description="Only what starts then or before")


class CreateEntry(Request):
    kind: Kind = Field(
        description="`closure`: nothing is sold; `event`: something sells more or less"
    )
    name: Text = Field(description="Events of one name teach each other")
    starts_on: Day = Field(ge=_FIRST, le=_LAST, description="First day")
    ends_on: Day | None = Field(
        default=None, ge=_FIRST, le=_LAST, description="Last day; left out, it is the first"
    )

    @property
    def last_day(self) -> date:
        return self.ends_on or self.starts_on

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if not 0 <= (self.last_day - self.starts_on).days < MOST_DAYS:
            raise ValueError(
                f"ends_on must not be before starts_on, and at most {MOST_DAYS - 1} days after it"
            )
        return self


class CalendarEntryAnswer(Answer):
    id: UUID
    kind: Kind = Field(
        description="`closure`: nothing is sold; `event`: something sells more or less"
    )
    name: str
    starts_on: date
    ends_on: date
    created_at: datetime
