"""The turns of chores: real child processes, held up by a lock that imports wait for."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from api.chores.children import ChildChores
from api.errors import UnavailableError
from db import advisory_locks
from db.engine import Sessions
from db.tables import DEFAULT_TENANT_ID
from tests.fixtures.waiting import eventually

CSV = "text/csv"
WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")


@pytest.fixture
def chores(fresh_database_url: str, tmp_path: Path) -> ChildChores:
    environment = {
        **os.environ,
        "DATABASE_URL": fresh_database_url,
        "DATA_DIR": str(tmp_path / "data"),
        "MODEL_STORAGE_PATH": str(tmp_path / "models"),
    }
    return ChildChores(environment, longest_wait_s=0.01)


def test_who_gets_no_turn_is_refused_while_files_are_stored_beside_imports(
    chores: ChildChores, fresh_sessions: Sessions, tmp_path: Path
) -> None:
    table = tmp_path / "sales.csv"
    table.write_text("date,product_id,quantity\n2026-01-01,rye,5\n")
    lock = func.pg_advisory_xact_lock(advisory_locks.IMPORT, func.hashtext(str(DEFAULT_TENANT_ID)))
    with ThreadPoolExecutor(2) as pool:
        with fresh_sessions.begin() as session:
            session.execute(select(lock))
            running = [
                pool.submit(chores.import_sales, table, CSV, DEFAULT_TENANT_ID) for _ in range(2)
            ]
            eventually(lambda: session.scalar(WAITING) == 2)
            with pytest.raises(UnavailableError, match="try again") as refused:
                chores.import_sales(table, CSV, DEFAULT_TENANT_ID)
            assert chores.store(table).size == table.stat().st_size
        assert sorted(one.result().rows_inserted for one in running) == [0, 1]
    assert "Retry-After" in refused.value.answer_headers()
    assert chores.import_sales(table, CSV, DEFAULT_TENANT_ID).rows_unchanged == 1
