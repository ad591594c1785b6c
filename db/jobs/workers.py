"""Which training workers are alive, and how many tasks they run at once."""

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.tables import Worker

ALIVE_S = 15


def heartbeat(session: Session, name: str, *, slots: int) -> None:
    """Say that the worker lives; at least every few seconds, or it gets no more work."""
    now = func.clock_timestamp()
    statement = insert(Worker).values(name=name, slots=slots, started_at=now, seen_at=now)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Worker.name], set_={"slots": slots, "seen_at": now}
        )
    )


def leave(session: Session, name: str) -> None:
    """The worker shuts down: nothing more is handed to it."""
    session.execute(delete(Worker).where(Worker.name == name))


def forget_lost(session: Session, *, older_than: timedelta) -> int:
    """Remove workers that left without a word long ago; how many."""
    statement = delete(Worker).where(Worker.seen_at < func.now() - older_than)
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def live_slots(session: Session) -> int:
    """How many tasks the workers that are alive can run at once."""
    alive = Worker.seen_at > func.now() - timedelta(seconds=ALIVE_S)
    return session.scalar(select(func.sum(Worker.slots)).where(alive)) or 0
