"""A task changes only under its token: same attempt, still running."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from db.lifecycle.tokens import Token
from db.locks import FRESH
from db.tables import TrainingTask


def held_by(token: Token) -> tuple[ColumnElement[bool], ...]:
    return (
        TrainingTask.id == token.task_id,
        TrainingTask.attempt == token.attempt,
        TrainingTask.status == "running",
    )


def change(
    session: Session, token: Token, *guards: ColumnElement[bool], **values: Any
) -> TrainingTask | None:
    """The token's task with new values; None when the token is stale or a guard does not hold."""
    statement = (
        update(TrainingTask)
        .where(*held_by(token), *guards)
        .values(**values)
        .returning(TrainingTask)
    )
    return session.scalars(statement, execution_options=FRESH).one_or_none()


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
