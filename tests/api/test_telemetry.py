"""`/metrics` as Prometheus reads it, from several API processes at once."""

import json

import httpx
import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.orm import Session
from websockets.exceptions import InvalidStatus

from core.progress import ProgressStream
from core.shared_counters import WORK_COUNTERS, SharedCounters
from core.shared_places import SharedPlaces
from db.operation.alerts import raise_alert
from db.tables import DEFAULT_TENANT_ID
from tests.api.running_job import RunningJob
from tests.db.builders import new_job
from tests.fixtures.served import Serve, Served
from tests.fixtures.sockets import connect
from tests.fixtures.waiting import PATIENCE_S, eventually

TENANT = str(DEFAULT_TENANT_ID)
DOCUMENTED = {
    "training_jobs_total": {"tenant_id", "status"},
    "training_duration_seconds_bucket": {"tenant_id", "le"},
    "models_trained_total": {"tenant_id", "product_category"},
    "model_accuracy_percentage_bucket": {"tenant_id", "le"},
    "model_mae_bucket": {"tenant_id", "le"},
    "training_websocket_connections": {"tenant_id"},
    "training_websocket_messages_total": {"tenant_id", "message_type"},
}
Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def figures(text: str) -> Figures:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found: Figures, name: str, **labels: str) -> float | None:
    return found.get((name, frozenset(labels.items())))


def scrape(served: Served) -> Figures:
    # Each connection of its own, so that every process is asked now and then.
    return figures(httpx.get(f"{served.url}/metrics", timeout=PATIENCE_S).text)


@pytest.fixture
def two_processes(serve: Serve) -> Served:
    return serve(api_workers=2, websocket_max_connections=3)


def test_sockets_are_counted_and_limited_over_all_processes(two_processes: Served) -> None:
    served = two_processes
    job = RunningJob.begin(served.sessions, served.stream)
    url = served.watch_url(job.job_id)
    with connect(url) as first, connect(url) as second, connect(url) as third:
        for _ in range(6):
            with pytest.raises(InvalidStatus) as refused, connect(url):
                pass
            assert refused.value.response.status_code == 429
            assert value(scrape(served), "training_websocket_connections", tenant_id=TENANT) == 3
        job.report(2)
        job.fail()
        received = [len([json.loads(text) for text in each]) for each in (first, second, third)]

    def sent() -> float:
        found = scrape(served)
        return sum(
            number
            for (name, _), number in found.items()
            if name == "training_websocket_messages_total"
        )

    eventually(lambda: sent() == sum(received))
    assert sum(received) == 3 * 6
    by_type = {"tenant_id": TENANT, "message_type": "training_failed"}
    assert value(scrape(served), "training_websocket_messages_total", **by_type) == 3
    eventually(
        lambda: not value(scrape(served), "training_websocket_connections", tenant_id=TENANT)
    )
    eventually(lambda: value(scrape(served), "training_relay_lag_seconds_count"))


def test_every_series_of_the_document_has_its_name_and_labels(two_processes: Served) -> None:
    served = two_processes
    job = RunningJob.begin(served.sessions, served.stream)
    with connect(served.watch_url(job.job_id)):
        RunningJob.begin(served.sessions, served.stream).finish()

        def labels() -> dict[str, set[str]]:
            return {name: {label for label, _ in labels} for name, labels in scrape(served)}

        missing = {"model_mae_bucket"}  # an upload has none; its buckets are tested with the rows
        eventually(lambda: DOCUMENTED.keys() - missing <= labels().keys())
        found = labels()
    for name, wanted in DOCUMENTED.items():
        assert name in missing or found[name] == wanted


def test_what_operators_watch_is_counted(app: Flask, http: httpx.Client, session: Session) -> None:
    new_job(session, products=3, with_shared=True)
    raise_alert(
        session, DEFAULT_TENANT_ID, "accuracy_drift", "x", severity="low", message="It drifts"
    )
    session.commit()
    stream: ProgressStream = app.extensions["model_studio"].stream
    work = SharedCounters(stream.redis_url, WORK_COUNTERS, prefix=stream.prefix)
    work.add({"lease_reclaims": 2, "source_cache_lookups|weather": 9})
    work.flush()
    work.close()
    found = figures(http.get("/metrics").text)
    assert value(found, "training_queue_depth", kind="product") == 3
    assert value(found, "training_queue_depth", kind="table") == 0
    assert (value(found, "training_queue_oldest_wait_seconds", kind="shared") or 0) > 0
    assert value(found, "training_alerts_open", kind="accuracy_drift") == 1
    assert value(found, "training_webhook_deliveries", status="failed") == 0
    assert value(found, "training_webhook_deliveries", status="pending") == 0
    assert value(found, "training_schedules_overdue") is not None
    assert value(found, "training_lease_reclaims_total") == 2
    assert value(found, "training_source_cache_lookups_total", source="weather") == 9


def test_places_of_a_process_that_was_killed_become_free(valkey_url: str, key_prefix: str) -> None:
    places = SharedPlaces(valkey_url, hold_s=int(PATIENCE_S), prefix=key_prefix)
    killed = SharedPlaces(valkey_url, hold_s=1, prefix=key_prefix)
    assert places.take("tenant", "socket:1", 1) is True
    assert places.take("tenant", "socket:2", 1) is False
    assert places.counts() == {("tenant", "socket"): 1}
    assert places.renew({"tenant": ["socket:1"]})
    assert killed.renew({"tenant": ["socket:1"]})  # and never again
    eventually(lambda: places.take("tenant", "socket:2", 1) is True)
    places.give_back("tenant", "socket:2")
    assert places.counts() == {}
    killed.close()
    places.close()


def test_without_redis_each_process_counts_for_itself(serve: Serve) -> None:
    served = serve(websocket_max_connections=1)
    served.valkey.stop()
    job = RunningJob.begin(served.sessions, None)
    url = served.watch_url(job.job_id)
    with connect(url):
        with pytest.raises(InvalidStatus) as refused, connect(url):
            pass
        assert refused.value.response.status_code == 429
    found = scrape(served)
    assert value(found, "training_websocket_connections", tenant_id=TENANT) is None
    assert value(found, "training_jobs_running") == 1


def test_metrics_can_ask_for_a_token(serve: Serve) -> None:
    served = serve(metrics_token="a-token-for-prometheus")
    url = f"{served.url}/metrics"
    assert httpx.get(url, timeout=PATIENCE_S).status_code == 401
    assert (
        httpx.get(url, headers={"Authorization": "Bearer another"}, timeout=PATIENCE_S).status_code
        == 401
    )
    headers = {"Authorization": "Bearer a-token-for-prometheus"}
    assert "training_jobs_running" in httpx.get(url, headers=headers, timeout=PATIENCE_S).text
