"""Trainings that repeat."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from client.addresses import given, training_path
from client.decoding import Record
from client.errors import NotFoundError
from client.paging import Page, decoded_page, every
from client.records import AcceptedJob
from client.resources.resource import Resource


@dataclass(frozen=True, kw_only=True)
class LastJob(Record):
    job_id: str
    status: str
    created_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Schedule(Record):
    """`request` is what it trains, and how; `next_runs` are in its own time zone."""

    id: str
    name: str
    cron: str
    time_zone: str
    request: Mapping[str, Any] = field(default_factory=dict)
    is_active: bool = True
    next_run_at: datetime | None = None
    next_runs: tuple[datetime, ...] = ()
    last_run_at: datetime | None = None
    last_job: LastJob | None = None
    last_error: str | None = None
    missed_runs: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None


class ScheduleChange(TypedDict, total=False):
    """What is left out stays as it is."""

    name: str
    cron: str
    time_zone: str
    request: Mapping[str, Any]
    is_active: bool


class Schedules(Resource):
    """`studio.schedules`: each is named by its id or its name."""

    def list(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Schedule]:
        answer = self._connection.get(
            training_path("schedules"), {"limit": limit, "cursor": cursor}
        )
        return decoded_page(Schedule, answer)

    def get(self, schedule: str) -> Schedule:
        return Schedule.decode(self._connection.get(self._path(schedule)))

    def create(
        self,
        name: str,
        cron: str,
        *,
        time_zone: str | None = None,
        request: Mapping[str, Any] | None = None,
        is_active: bool = True,
        idempotency_key: str | None = None,
    ) -> Schedule:
        """`request` holds what `start` takes: `products` and options. Without `time_zone` the
        tenant's clock counts.
        """
        body = given({"name": name, "cron": cron, "time_zone": time_zone, "request": request})
        body["is_active"] = is_active
        return Schedule.decode(
            self._connection.create(training_path("schedules"), body, key=idempotency_key)
        )

    def change(self, schedule: str, **changes: Unpack[ScheduleChange]) -> Schedule:
        return Schedule.decode(self._connection.change(self._path(schedule), dict(changes)))

    def pause(self, schedule: str) -> Schedule:
        return self.change(schedule, is_active=False)

    def resume(self, schedule: str) -> Schedule:
        """Times that it missed meanwhile are not made up for."""
        return self.change(schedule, is_active=True)

    def run(self, schedule: str, *, idempotency_key: str | None = None) -> AcceptedJob:
        """Starts its training at once; its plan stays as it is."""
        return AcceptedJob.decode(
            self._connection.create(self._path(schedule, "run"), key=idempotency_key)
        )

    def delete(self, schedule: str) -> None:
        """Its jobs and models stay."""
        self._connection.delete(self._path(schedule))

    def _path(self, schedule: str, *more: str) -> str:
        return training_path("schedules", self._id_of(schedule), *more)

    def _id_of(self, schedule: str) -> str:
        if _is_uuid(schedule):
            return schedule
        for one in every(self.list):
            if one.name == schedule:
                return one.id
        raise NotFoundError(404, {"detail": f"There is no schedule {schedule!r}"})


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
