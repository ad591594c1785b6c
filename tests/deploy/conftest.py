import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.embedded import free_port
from core.processes import spawn
from core.settings import Settings
from db.engine import Sessions
from tests.deploy.composition import ROOT
from tests.fixtures.plain_http import is_ready, plain_client
from tests.fixtures.waiting import eventually
from tests.worker.support import SIGNING_KEY, Shop

STOPS_WITHIN_S = 120


@pytest.fixture
def shop(fresh_sessions: Sessions) -> Shop:
    return Shop(fresh_sessions)


@pytest.fixture
def api(fresh_database_url: str, valkey_url: str, tmp_path: Path) -> Iterator[str]:
    """The address of an API that runs as it does in its container."""
    settings = Settings(
        port=free_port(),
        database_url=fresh_database_url,
        redis_url=valkey_url,
        broker_url=valkey_url,
        artifact_signing_key=SIGNING_KEY,
        model_storage_path=str(tmp_path / "models"),
        data_dir=str(tmp_path),
    )
    address = f"http://127.0.0.1:{settings.port}"
    process = spawn(
        [sys.executable, "-m", "core.run", "api"],
        log=tmp_path / "api.log",
        environment={**os.environ, **settings.to_environment()},
        directory=ROOT,
    )
    try:
        with plain_client() as http:
            eventually(lambda: is_ready(address, http))
        yield address
        process.terminate()
        assert process.wait(STOPS_WITHIN_S) == 0
    finally:
        process.kill()
        process.wait()
