"""A job is locked and one of its tasks changed by one statement: nearly all that happens to a task
begins with both.

The row of the job comes first, as `db.locks` wants it: what the task's change is checked against is
the job as it is once nobody else holds it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    CTE,
    ColumnElement,
    DateTime,
    Select,
    Table,
    Update,
    bindparam,
    func,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session, aliased

from db.lifecycle.tokens import Token
from db.locks import FRESH
from db.prepared import repeated
from db.tables import TrainedModel, TrainingJob, TrainingTask

Held = tuple[TrainingJob, TrainingTask, datetime]
"""The locked job, its task after the change, and the time of the database."""

JOBS, TASKS = cast("Table", TrainingJob.__table__), cast("Table", TrainingTask.__table__)

_NEW = "new_"


def hold(
    session: Session, statement: Select[TrainingJob, TrainingTask, datetime], values: Any
) -> Held | None:
    """None when there is no such job, or the task is not to be changed."""
    row = session.execute(statement, values, execution_options=FRESH).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def change_held(session: Session, token: Token, values: Mapping[str, Any]) -> Held | None:
    """The token's task with new values, and its job; None when the token is stale. A percentage
    never falls.
    """
    return _change(session, token, values, ends=False)


def end_held(session: Session, token: Token, values: Mapping[str, Any]) -> Held | None:
    """The same for a task that ends now."""
    return _change(session, token, values, ends=True)


def _change(
    session: Session, token: Token, values: Mapping[str, Any], *, ends: bool
) -> Held | None:
    parameters = {_NEW + name: value for name, value in values.items()} | {
        "of_job": token.job_id,
        "of_task": token.task_id,
        "of_attempt": token.attempt,
    }
    return hold(session, _changing(tuple(values), ends=ends), parameters)


def locking_then(
    is_wanted: ColumnElement[bool], change: Callable[[CTE], Update]
) -> Select[TrainingJob, TrainingTask, datetime]:
    """Lock the wanted job, then make a change of one of its tasks."""
    now = func.clock_timestamp(type_=DateTime(timezone=True)).label("now")
    job = select(*JOBS.c, now).where(is_wanted).with_for_update().cte("job")
    task = change(job).where(TASKS.c.job_id == job.c.id).returning(*TASKS.c).cte("task")
    of_job, of_task = aliased(TrainingJob, job), aliased(TrainingTask, task)
    return repeated(select(of_job, of_task, job.c.now).join_from(of_job, of_task, true()))


@cache
def _changing(names: tuple[str, ...], *, ends: bool) -> Select[TrainingJob, TrainingTask, datetime]:
    """Made once for each way in which a task changes, as that takes longer than to run it."""

    def change(job: CTE) -> Update:
        new: dict[str, Any] = {name: _new(name) for name in names}
        if ends:
            new |= {"completed_at": job.c.now, "lease_expires_at": None}
        return (
            update(TASKS)
            .where(
                TASKS.c.id == bindparam("of_task"),
                TASKS.c.attempt == bindparam("of_attempt"),
                TASKS.c.status == "running",
            )
            .values(new)
        )

    return locking_then(JOBS.c.id == bindparam("of_job"), change)


def _new(name: str) -> ColumnElement[Any]:
    stated = bindparam(_NEW + name, type_=TASKS.c[name].type)
    match name:
        case "progress":
            return func.greatest(TASKS.c.progress, stated)
        case "kept_model_id":  # it may have been deleted since the worker looked
            return select(TrainedModel.id).where(TrainedModel.id == stated).scalar_subquery()
        case _:
            return stated
