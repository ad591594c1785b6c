"""A fit that calls nothing back holds its process; the task ends all the same."""

import os
import sys
from pathlib import Path

from core.processes import spawn
from core.settings import Settings
from db import transitions
from db.jobs import workers
from db.tables import DEFAULT_TENANT_ID
from tests.fixtures.waiting import eventually
from tests.worker.support import SIGNING_KEY, Shop
from worker.training import EXIT_OVERDUE

ROOT = Path(__file__).parents[2]

STUCK_WORKER = """
import sys, threading
from uuid import UUID
from core.settings import Settings
from db.jobs import workers
from worker.context import create_context
from worker.drain import Drain
from worker.training import run_task

def stuck(claim, context, on_progress):
    threading.Event().wait()

context = create_context(
    Settings.from_environment(), worker="stuck", send=print, drain=Drain(grace_s=0)
)
with context.sessions.begin() as session:
    workers.heartbeat(session, "stuck", slots=1)
run_task(UUID(sys.argv[1]), context, {"product": stuck}, unwind_within_s=0.5)
"""


def test_a_task_that_never_asks_is_ended_with_its_process(
    shop: Shop, fresh_database_url: str, valkey_url: str, tmp_path: Path
) -> None:
    job_id = shop.job(shop.product("bread"))
    task_id = shop.next_task()
    settings = Settings(
        database_url=fresh_database_url,
        redis_url=valkey_url,
        artifact_signing_key=SIGNING_KEY,
        model_storage_path=str(tmp_path),
    )
    worker = spawn(
        [sys.executable, "-c", STUCK_WORKER, str(task_id)],
        log=tmp_path / "worker.log",
        environment={**os.environ, **settings.to_environment()},
        directory=ROOT,
    )
    try:
        eventually(lambda: shop.show_task(task_id).status == "running")
        with shop.sessions.begin() as session:
            transitions.request_stop(session, DEFAULT_TENANT_ID, job_id, "abort")
        assert worker.wait(60) == EXIT_OVERDUE
    finally:
        worker.kill()
        worker.wait()
    assert shop.show_task(task_id).status == "cancelled"
    assert shop.events(job_id)[-1] == "job_cancelled"
    with shop.sessions() as session:
        assert workers.live_slots(session) == 0
