"""Many old rows are deleted a few at a time, so that no transaction holds its locks for long."""

from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, inspect, select, tuple_
from sqlalchemy.orm import Session, sessionmaker

from db.base import Base

MOST_AT_ONCE = 1000


def delete_some(session: Session, table: type[Base], *which: ColumnElement[bool]) -> int:
    """Delete up to `MOST_AT_ONCE` of these rows, leaving those in use elsewhere; how many."""
    key = inspect(table).primary_key
    chosen = (
        select(*key)
        .where(*which)
        .limit(MOST_AT_ONCE)
        .with_for_update(of=table, skip_locked=True)
        .cte("chosen")
    )
    statement = delete(table).where(tuple_(*key).in_(select(*chosen.columns)))
    result = session.execute(statement, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", result).rowcount


def in_batches(sessions: sessionmaker[Session], prune: Callable[[Session], int]) -> int:
    """Prune in one transaction after the other until little is left; how many rows went."""
    deleted = 0
    while True:
        with sessions.begin() as session:
            count = prune(session)
        deleted += count
        if count < MOST_AT_ONCE:
            return deleted
