"""Connections that died in the pool are noticed before they are used, however soon that is."""

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from db.engine import Sessions, create_engine, create_sessions
from db.tables import Tenant

BACKEND = text("SELECT pg_backend_pid()")
END = text("SELECT pg_terminate_backend(:pid, 20000)")
"""Returns when it has ended."""


def backend_of(session: Session) -> int:
    return int(session.execute(BACKEND).scalar_one())


def test_a_connection_that_lives_is_used_again(fresh_sessions: Sessions) -> None:
    with fresh_sessions() as session:
        first = backend_of(session)
    with fresh_sessions() as session:
        assert backend_of(session) == first


def test_connections_that_were_cut_a_moment_ago_are_replaced(
    fresh_sessions: Sessions, fresh_database_url: str
) -> None:
    with fresh_sessions() as one, fresh_sessions() as another:
        cut = [backend_of(one), backend_of(another)]
    stranger = create_engine(fresh_database_url)
    with create_sessions(stranger)() as session:
        assert all(session.scalar(END, {"pid": pid}) for pid in cut)
    stranger.dispose()

    with fresh_sessions() as one, fresh_sessions() as another:
        assert not {backend_of(one), backend_of(another)} & set(cut)
        assert one.scalars(select(Tenant.id)).first() is not None
