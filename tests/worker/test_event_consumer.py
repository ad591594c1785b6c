"""The events process as the launcher starts it: it takes events in, and ends when it is told to."""

import os
import signal
from pathlib import Path
from typing import Any

from core.children import service_plan
from core.embedded import EmbeddedValkey
from core.processes import spawn
from core.settings import Settings
from tests.fixtures.waiting import PATIENCE_S, eventually
from tests.worker.support import SIGNING_KEY, Shop
from tests.worker.test_incoming import jobs, said, send

ROOT = Path(__file__).parents[2]


def test_the_process_serves_until_it_is_told_to_end(
    fresh_database_url: str, own_valkey: Any, shop: Shop, tmp_path: Path
) -> None:
    valkey: EmbeddedValkey = own_valkey()
    settings = Settings(
        database_url=fresh_database_url,
        redis_url=valkey.url,
        artifact_signing_key=SIGNING_KEY,
        model_storage_path=str(tmp_path / "models"),
    )
    shop.product("bread")
    (child,) = (child for child in service_plan(settings).then if child.name == "events")
    process = spawn(
        child.command,
        log=tmp_path / "events.log",
        environment={**os.environ, **settings.to_environment()},
        directory=ROOT,
    )
    try:
        send(valkey.url, said(), routing_key=settings.events_queue)
        eventually(lambda: len(jobs(shop)) == 1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0, (tmp_path / "events.log").read_text()
    finally:
        process.kill()
        process.wait()
