"""What a request for a schedule may say, and what is told of schedules."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from api.jobs.schemas import StartRequest, Status
from api.schemas import Answer, Request, Text, TimeZone
from core.cron import LONGEST_EXPRESSION, checked_cron

Cron = Annotated[str, AfterValidator(checked_cron), Field(max_length=LONGEST_EXPRESSION)]

_CRON = "Five fields: minute, hour, day of the month, month, day of the week"
_ZONE = "IANA time zone whose wall clock counts"
_REQUEST = "What is trained, and how: the same as for starting a training at once"


class CreateSchedule(Request):
    name: Text = Field(description="A name of its own among the tenant's schedules")
    cron: Cron = Field(description=_CRON, examples=["0 3 * * 1"])
    time_zone: TimeZone | None = Field(
        default=None, description=f"{_ZONE}; left out, that of the tenant"
    )
    request: StartRequest = Field(default_factory=StartRequest, description=_REQUEST)
    is_active: bool = Field(default=True, description="`false` makes it paused")


class ChangeSchedule(Request):
    """What is left out stays as it is."""

    name: Text | None = Field(default=None, description="A name of its own")
    cron: Cron | None = Field(default=None, description=_CRON)
    time_zone: TimeZone | None = Field(default=None, description=_ZONE)
    request: StartRequest | None = Field(default=None, description=_REQUEST)
    is_active: bool | None = Field(
        default=None, description="`false` pauses, `true` goes on; missed times are not made up for"
    )


class LastJob(Answer):
    job_id: UUID
    status: Status
    created_at: datetime
    completed_at: datetime | None


class ScheduleAnswer(Answer):
    """`next_runs` are the next three moments in the time zone of the schedule."""

    id: UUID
    name: str
    cron: str
    time_zone: str
    request: dict[str, Any]
    is_active: bool
    next_run_at: datetime | None
    next_runs: list[datetime]
    last_run_at: datetime | None
    last_job: LastJob | None
    last_error: str | None
    missed_runs: int = Field(
        description="Times that passed unseen before the last run, which made up for all of them"
    )
    created_at: datetime
    updated_at: datetime
