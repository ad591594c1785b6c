"""What is asked and told of the calendar."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from api.moments import Day
from api.schemas import Answer, PageQuery, Request, Text

MOST_DAYS = 366
_FIRST, _LAST = date(1970, 1, 1), date(2100, 12, 31)

Kind = Literal["closure", "event"]


def _near(day: date) -> date:
    if not _FIRST <= day <= _LAST:
        raise ValueError(f"must be a day from {_FIRST} to {_LAST}")
    return day


EntryDay = Annotated[Day, AfterValidator(_near)]


def problem_of_span(first: date, last: date) -> str | None:
    """What is wrong with these first and last days, if anything is."""
    if 0 <= (last - first).days < MOST_DAYS:
        return None
    return f"ends_on must not be before starts_on, and at most {MOST_DAYS - 1} days after it"


class CalendarQuery(PageQuery):
    kind: Kind | None = Field(default=None, description="Only closures, or only events")
    starts_from: Day | None = Field(default=None, description="Only what ends then or later")
    ends_by: Day | None = Field(default=None, description="Only what starts then or before")


class CreateEntry(Request):
    kind: Kind = Field(
        description="`closure`: nothing is sold; `event`: something sells more or less"
    )
    name: Text = Field(description="Events of one name teach each other")
    starts_on: EntryDay = Field(description="First day")
    ends_on: EntryDay | None = Field(
        default=None, description="Last day; left out, it is the first"
    )

    @property
    def last_day(self) -> date:
        return self.ends_on or self.starts_on

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if problem := problem_of_span(self.starts_on, self.last_day):
            raise ValueError(problem)
        return self


class ChangeEntry(Request):
    """What is left out stays as it is."""

    kind: Kind | None = Field(
        default=None,
        description="`closure`: nothing is sold; `event`: something sells more or less",
    )
    name: Text | None = Field(default=None, description="Events of one name teach each other")
    starts_on: EntryDay | None = Field(default=None, description="First day")
    ends_on: EntryDay | None = Field(default=None, description="Last day; null makes it the first")

    def columns(self, starts_on: date) -> dict[str, Any]:
        """The columns that change of an entry that starts on this day so far."""
        stated = self.model_dump(exclude_none=True)
        if "ends_on" in self.model_fields_set and self.ends_on is None:
            stated["ends_on"] = self.starts_on or starts_on
        return stated


class CalendarEntryAnswer(Answer):
    id: UUID
    kind: Kind = Field(
        description="`closure`: nothing is sold; `event`: something sells more or less"
    )
    name: str
    starts_on: date
    ends_on: date
    created_at: datetime
