"""A database that is away for a while costs time, never a result."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.embedded import EmbeddedPostgres, free_port
from db.engine import Sessions, create_engine, create_sessions
from db.locks import lock_job
from tests.worker.support import Shop
from worker.database import in_transaction


def test_a_change_waits_for_a_database_that_restarts(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    server.start()
    engine = create_engine(server.url)
    sessions = create_sessions(engine)
    in_transaction(sessions, lambda session: session.execute(text("CREATE TABLE ends (n int)")))
    server.stop()
    writing = threading.Thread(
        target=in_transaction,
        args=(sessions, lambda session: session.execute(text("INSERT INTO ends VALUES (1)"))),
    )
    writing.start()
    try:
        server.start()
        writing.join(60)
        assert not writing.is_alive()
        with sessions() as session:
            assert session.scalar(text("SELECT count(*) FROM ends")) == 1
    finally:
        engine.dispose()
        server.stop()


def ask(session: Session) -> None:
    session.execute(text("SELECT 1"))


def test_patience_has_an_end() -> None:
    engine = create_engine(f"postgresql://nobody@127.0.0.1:{free_port()}/nowhere")

    with pytest.raises(OperationalError):
        in_transaction(create_sessions(engine), ask, patience_s=0.3)


def test_who_pauses_with_a_job_in_hand_loses_it_and_begins_again(
    fresh_database_url: str, fresh_sessions: Sessions, shop: Shop
) -> None:
    """As a worker that is stopped, or cut off from the database, in the middle of a transaction."""
    job_id = shop.job(shop.product("bread"))
    attempts = 0

    def change(session: Session) -> int | None:
        nonlocal attempts
        attempts += 1
        assert lock_job(session, job_id) is not None
        if attempts == 1:
            with fresh_sessions.begin() as other:
                other.execute(text("SET LOCAL lock_timeout = '60s'"))
                assert lock_job(other, job_id) is not None
        return session.scalar(select(1))

    engine = create_engine(fresh_database_url, longest_pause_s=1)
    assert in_transaction(create_sessions(engine), change) == 1
    engine.dispose()
    assert attempts > 1


def test_a_change_goes_to_the_server_that_takes_the_place_of_one_that_only_reads(
    fresh_database_url: str, shop: Shop
) -> None:
    """As connections to a server do that was the first one, and goes on as a standby of another."""
    job_id = shop.job(shop.product("bread"))
    engine = create_engine(fresh_database_url, pool_size=1, max_overflow=0)
    sessions = create_sessions(engine)
    with sessions.begin() as session:
        session.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))

    with sessions() as session, pytest.raises(OperationalError, match="read-only"):
        lock_job(session, job_id)
    with sessions.begin() as session:
        session.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
    assert in_transaction(sessions, lambda session: lock_job(session, job_id)) is not None
    engine.dispose()
