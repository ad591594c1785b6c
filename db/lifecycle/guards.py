"""A task changes only under its token: same attempt, still running."""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ClauseElement, ColumnElement, bindparam, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from db.lifecycle.tokens import Token
from db.locks import FRESH
from db.tables import TrainingTask


def held_by(token: Token) -> tuple[ColumnElement[bool], ...]:
    return _held(token.task_id, token.attempt)


def _held(
    task_id: UUID | BindParameter[UUID], attempt: int | BindParameter[int]
) -> tuple[ColumnElement[bool], ...]:
    return (
        TrainingTask.id == task_id,
        TrainingTask.attempt == attempt,
        TrainingTask.status == "running",
    )


def change(
    session: Session, token: Token, *guards: ColumnElement[bool], **values: Any
) -> TrainingTask | None:
    """The token's task with new values; None when the token is stale or a guard does not hold."""
    stated = {name: value for name, value in values.items() if not isinstance(value, ClauseElement)}
    computed = {name: value for name, value in values.items() if name not in stated}
    statement = _setting(tuple(stated))
    if guards or computed:
        statement = statement.where(*guards).values(**computed)
    parameters = {_NEW + name: value for name, value in stated.items()}
    parameters |= {"task_id": token.task_id, "held_attempt": token.attempt}
    return session.scalars(statement, parameters, execution_options=FRESH).one_or_none()


_NEW = "new_"


@cache
def _setting(names: tuple[str, ...]) -> ReturningUpdate[TrainingTask]:
    """Made once for each way in which a task changes, as that takes longer than to run it."""
    columns = TrainingTask.__table__.c
    return (
        update(TrainingTask)
        .where(*_held(bindparam("task_id"), bindparam("held_attempt")))
        .values({name: bindparam(_NEW + name, type_=columns[name].type) for name in names})
        .returning(TrainingTask)
    )


def unclaimed(not_before: datetime) -> dict[str, Any]:
    return {
        "status": "pending",
        "not_before": not_before,
        "dispatched_at": None,
        "lease_expires_at": None,
        "worker": None,
        "progress": 0,
        "phase": None,
    }
