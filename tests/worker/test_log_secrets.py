"""No secret is in the logs of workers, not even at DEBUG and while things fail."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from core.embedded import EmbeddedValkey
from core.settings import Settings
from tests.worker.celery_fleet import running_fleet
from tests.worker.support import SIGNING_KEY, Shop

SOURCE_TOKEN = "a token only the weather service knows"


@pytest.mark.timeout(300)
def test_no_secret_is_logged_at_debug_while_the_broker_is_away(
    fresh_database_url: str, own_valkey: Callable[[], EmbeddedValkey], shop: Shop, tmp_path: Path
) -> None:
    valkey = own_valkey()
    passwords = [make_url(valkey.url).password, make_url(fresh_database_url).password]
    logs = tmp_path / "logs"
    logs.mkdir()
    settings = Settings(
        database_url=fresh_database_url,
        redis_url=valkey.url,
        artifact_signing_key=SIGNING_KEY,
        model_storage_path=str(tmp_path / "models"),
        worker_concurrency=1,
        log_level="DEBUG",
        source_token=SOURCE_TOKEN,
        weather_service_url="http://127.0.0.1:9",
    )
    with running_fleet(settings, shop, logs) as fleet:
        job_id = shop.job(shop.product("bread", days=120), algorithm="seasonal_naive")
        fleet.wait_for(job_id, lambda job: job.status == "completed")
        valkey.stop()
        fleet.wait_until(lambda: "cannot connect" in (logs / "training-1.log").read_text().lower())

    written = "\n".join(log.read_text() for log in logs.glob("*.log"))
    assert "task claimed" in written
    secrets = [*passwords, SIGNING_KEY, SOURCE_TOKEN]
    assert all(secrets)
    assert [secret for secret in secrets if str(secret) in written] == []
