"""The application as gunicorn makes it, on the services that its environment names."""

import pytest
from sqlalchemy import text

from api.services import EXTENSION
from api.wsgi import LONGEST_PAUSE_S, create


def test_a_process_that_is_cut_off_in_a_transaction_does_not_hold_its_locks_for_good(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    with create().extensions[EXTENSION].sessions() as session:
        pause = session.scalar(text("SHOW idle_in_transaction_session_timeout"))
    session.get_bind().dispose()
    assert pause == f"{LONGEST_PAUSE_S / 60:.0f}min"
