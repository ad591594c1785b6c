"""A database that is away for a while costs time, never a result."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.embedded import EmbeddedPostgres, free_port
from db.engine import create_engine, create_sessions
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
