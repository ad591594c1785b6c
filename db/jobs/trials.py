"""Finished trials of a search over a table, for whoever goes on with its task after a crash."""

from uuid import UUID

from sqlalchemy import delete, exists, insert, literal, select
from sqlalchemy.orm import Session

from db.base import Json
from db.lifecycle.guards import held_by
from db.lifecycle.tokens import Token
from db.tables import TableTrial
from db.text import plain


def trials_of(session: Session, token: Token) -> list[Json]:
    """What attempts at this task have finished so far, in order."""
    statement = select(TableTrial.entry).where(TableTrial.task_id == token.task_id)
    return list(session.scalars(statement.order_by(TableTrial.id)))


def add_trial(session: Session, token: Token, entry: Json) -> bool:
    """Keep a trial; False, and nothing is kept, if the task belongs to another attempt."""
    row = select(
        literal(token.task_id, TableTrial.task_id.type),
        literal(token.tenant_id, TableTrial.tenant_id.type),
        literal(plain(entry), TableTrial.entry.type),
    ).where(exists().where(*held_by(token)))
    names = ("task_id", "tenant_id", "entry")
    added = session.execute(insert(TableTrial).from_select(names, row).returning(TableTrial.id))
    return added.one_or_none() is not None


def forget_trials(session: Session, task_id: UUID) -> None:
    """The task has ended; nobody goes on with it."""
    session.execute(delete(TableTrial).where(TableTrial.task_id == task_id))
