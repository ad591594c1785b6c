"""The turns of chores: real child processes, held up by a lock that imports wait for."""

import gzip
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, func, select, text

from api.chores.children import ChildChores
from api.chores.statuses import AWAY
from api.errors import TookTooLongError, UnavailableError
from api.sales.schemas import ImportQuery
from client.retrying import LONGEST_WAIT_S
from core.embedded import LOOPBACK, free_port
from db import advisory_locks
from db.engine import Sessions
from db.tables import DEFAULT_TENANT_ID
from tests.fixtures.waiting import eventually

CSV = "text/csv"
WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
END_WHO_WAITS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
)


@pytest.fixture
def environment(fresh_database_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": fresh_database_url,
        "DATA_DIR": str(tmp_path / "data"),
        "MODEL_STORAGE_PATH": str(tmp_path / "models"),
    }


@pytest.fixture
def chores(environment: dict[str, str]) -> ChildChores:
    return ChildChores(environment, longest_wait_s=0.01)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    path.write_text("date,product_id,quantity\n2026-01-01,rye,5\n")
    return path


def lock_of_imports() -> Select[Any]:
    of_tenant = func.hashtext(str(DEFAULT_TENANT_ID))
    return select(func.pg_advisory_xact_lock(advisory_locks.IMPORT, of_tenant))


def test_who_gets_no_turn_is_refused_while_files_are_stored_beside_imports(
    chores: ChildChores, fresh_sessions: Sessions, table: Path
) -> None:
    with ThreadPoolExecutor(2) as pool:
        with fresh_sessions.begin() as session:
            session.execute(lock_of_imports())
            running = [
                pool.submit(chores.import_sales, table, CSV, DEFAULT_TENANT_ID, ImportQuery())
                for _ in range(2)
            ]
            eventually(lambda: session.scalar(WAITING) == 2)
            with pytest.raises(UnavailableError, match="try again") as refused:
                chores.import_sales(table, CSV, DEFAULT_TENANT_ID, ImportQuery())
            assert chores.store(table).size == table.stat().st_size
        assert sorted(one.result().rows_inserted for one in running) == [0, 1]
    assert "Retry-After" in refused.value.answer_headers()
    assert chores.import_sales(table, CSV, DEFAULT_TENANT_ID, ImportQuery()).rows_unchanged == 1


def test_what_does_not_end_in_time_is_ended_and_leaves_nothing(
    environment: dict[str, str], fresh_sessions: Sessions, table: Path
) -> None:
    impatient = ChildChores(environment, longest_s=0.1)
    with fresh_sessions.begin() as session:
        session.execute(lock_of_imports())  # no import ends while it is held
        with pytest.raises(TookTooLongError, match="in parts") as refused:
            impatient.import_sales(table, CSV, DEFAULT_TENANT_ID, ImportQuery())
    assert refused.value.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert int(refused.value.answer_headers()["Retry-After"]) > LONGEST_WAIT_S
    patient = ChildChores(environment)
    assert patient.import_sales(table, CSV, DEFAULT_TENANT_ID, ImportQuery()).rows_inserted == 1


def test_a_store_that_is_away_is_told_as_that(environment: dict[str, str], table: Path) -> None:
    away = {
        "MODEL_STORAGE_PATH": "s3://nowhere/models",
        "AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{free_port()}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_MAX_ATTEMPTS": "1",
    }
    with pytest.raises(UnavailableError, match="store of files and models does not answer"):
        ChildChores(environment | away).store(table)


def test_a_database_that_is_away_is_told_as_that(
    environment: dict[str, str], fresh_sessions: Sessions, table: Path
) -> None:
    nowhere = f"postgresql://studio:secret@{LOOPBACK}:{free_port()}/studio"
    chores = ChildChores(environment | {"DATABASE_URL": nowhere})
    with pytest.raises(UnavailableError, match="database does not answer"):
        chores.import_sales(table, CSV, DEFAULT_TENANT_ID, ImportQuery())
    with pytest.raises(UnavailableError, match="database does not answer"):
        chores.reclaim({"0" * 64: 1})

    again = ChildChores(environment)
    with ThreadPoolExecutor(1) as pool:
        with fresh_sessions.begin() as session:
            session.execute(lock_of_imports())
            cut_off = pool.submit(again.import_sales, table, CSV, DEFAULT_TENANT_ID, ImportQuery())
            eventually(lambda: session.scalar(WAITING) == 1)
            session.execute(END_WHO_WAITS)
        with pytest.raises(UnavailableError, match="database does not answer"):
            cut_off.result()
    assert again.import_sales(table, CSV, DEFAULT_TENANT_ID, ImportQuery()).rows_inserted == 1


_ON_A_FULL_DISK = """
import resource, runpy, sys

resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
del sys.argv[0]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def on_a_full_disk(environment: dict[str, str], child: str, *arguments: str) -> tuple[int, str]:
    """How a chore ends that can write only 4 kB, and what it says."""
    command = [sys.executable, "-c", _ON_A_FULL_DISK, f"api.chores.{child}", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, env=environment, text=True)
    return done.returncode, done.stdout


TOLD = (
    AWAY,
    '{"detail": "The service cannot keep the file now (File too large); try again later"}',
)


def test_a_store_on_a_full_disk_is_told(
    environment: dict[str, str], chores: ChildChores, tmp_path: Path
) -> None:
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    large = tmp_path / "large"
    large.write_bytes(bytes(9_000))
    assert on_a_full_disk(environment, "file_child", "store", str(large)) == TOLD
    digest = chores.store(large).digest
    assert on_a_full_disk(environment, "file_child", "fetch", digest, str(downloads)) == TOLD
    assert list(downloads.iterdir()) == []


def test_a_packed_file_with_no_room_to_unpack_is_told(
    environment: dict[str, str], tmp_path: Path
) -> None:
    packed = tmp_path / "sales.csv.gz"
    packed.write_bytes(gzip.compress(b"date,product_id,quantity\n" + bytes(9_000)))
    arguments = "import-sales", str(packed), CSV, str(DEFAULT_TENANT_ID), "{}"
    assert on_a_full_disk(environment, "row_child", *arguments) == TOLD
    assert list(tmp_path.iterdir()) == [packed]
