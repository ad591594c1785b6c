"""Every endpoint, setting, column, event field, series and message of the Training Service."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from api.endpoints import all_endpoints
from api.live.progress_views import forecast_view
from core.settings import Settings
from db import transitions
from db.jobs import progress
from db.tables import OutboxEvent, TrainingJob
from tests.api.contract import training_service as document
from tests.api.contract.shapes import differences
from tests.api.running_job import RunningJob
from tests.db.builders import model_outcome, new_job, running_claims
from tests.fixtures.served import Served
from tests.fixtures.sockets import connect
from tests.fixtures.waiting import PATIENCE_S


@pytest.mark.parametrize(("method", "path"), document.ENDPOINTS)
def test_endpoint(method: str, path: str) -> None:
    offered = {(endpoint.method, _unnamed(endpoint.path)) for endpoint in all_endpoints()}
    assert (method, _unnamed(document.PREFIX + path)) in offered


def test_socket(shared_served: Served) -> None:
    path = document.PREFIX + document.SOCKET.format(job_id=UUID(int=0))
    answer = httpx.get(shared_served.url + path, timeout=PATIENCE_S)
    assert (answer.status_code, answer.headers["Upgrade"]) == (426, "websocket")


def _unnamed(path: str) -> str:
    """The path with every parameter written alike."""
    return re.sub(r"<[^>]*>|\{[^}]*\}", "*", path)


@pytest.mark.parametrize("table", document.TABLES)
def test_table(session: Session, table: str) -> None:
    columns = dict(
        session.execute(
            text(
                "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
                " WHERE attrelid = CAST(:name AS regclass) AND attnum > 0 AND NOT attisdropped"
            ),
            {"name": table},
        ).all()
    )
    assert document.TABLES[table].items() <= columns.items()


@pytest.mark.parametrize(("table", "column"), document.DEFAULTS)
def test_default_of_a_column(session: Session, table: str, column: str) -> None:
    default = session.scalar(
        text(
            "SELECT column_default FROM information_schema.columns"
            " WHERE table_name = :table AND column_name = :column"
        ),
        {"table": table, "column": column},
    )
    assert default == document.DEFAULTS[table, column]


@pytest.mark.parametrize(("table", "column"), document.REFERENCES)
def test_reference(session: Session, table: str, column: str) -> None:
    keys = inspect(session.connection()).get_foreign_keys(table)
    referred = [key["referred_table"] for key in keys if key["constrained_columns"] == [column]]
    assert referred == [document.REFERENCES[table, column]]


def test_versions_of_a_product_are_unique(session: Session) -> None:
    table, columns = document.UNIQUE
    constraints = inspect(session.connection()).get_unique_constraints(table)
    assert list(columns) in [constraint["column_names"] for constraint in constraints]


@pytest.mark.parametrize("variable", document.SETTINGS)
def test_setting(variable: str) -> None:
    assert getattr(Settings(), variable.lower()) == document.SETTINGS[variable]


@pytest.fixture
def ended_job(session: Session) -> TrainingJob:
    return end_a_job(session)


def end_a_job(session: Session) -> TrainingJob:
    """A job of two products: one got a model, the other had too little data."""
    job = new_job(session, products=2, job_name="Weekly retraining - All products")
    good, bad = running_claims(session, job)
    metrics = {"mae": 12.3, "rmse": 18.7, "r2_score": 0.78, "accuracy": 82.5, "mase": 0.8}
    transitions.report(session, good.token, phase="training", percentage=50, message="Halfway")
    transitions.finish(session, good.token, model_outcome(metrics=metrics))
    transitions.fail(
        session,
        bad.token,
        error_type="InsufficientDataError",
        message="Product requires minimum 30 days of sales data. Currently: 15 days.",
        recommended_action="Collect more sales data before retraining",
        retry=False,
    )
    session.flush()
    session.refresh(job)
    return job


@pytest.mark.parametrize(
    ("routing_key", "event_type", "shape"),
    [
        ("training.completed", "training_completed", document.COMPLETED_EVENT),
        ("training.failed", "training_failed", document.FAILED_EVENT),
    ],
)
def test_event(
    session: Session, ended_job: TrainingJob, routing_key: str, event_type: str, shape: Any
) -> None:
    of_job = select(OutboxEvent).where(OutboxEvent.job_id == ended_job.id)
    event = session.scalars(of_job.where(OutboxEvent.routing_key == routing_key)).one()
    assert list(differences(event.payload, shape, "event")) == []
    assert event.payload["event_type"] == event_type
    assert _is_utc(event.payload["timestamp"])


def test_numbers_of_the_completed_event(session: Session, ended_job: TrainingJob) -> None:
    of_job = select(OutboxEvent.payload).where(OutboxEvent.job_id == ended_job.id)
    payload = session.scalars(of_job.where(OutboxEvent.routing_key == "training.completed")).one()
    results = payload["results"]
    assert payload["status"] == "completed"
    assert (results["successful_trainings"], results["failed_trainings"]) == (1, 1)
    assert results["total_products"] == 2
    assert results["average_accuracy"] == results["models_created"][0]["accuracy"] == 82.5
    assert re.fullmatch(r"\d{8}_\d{6}", results["models_created"][0]["model_version"])


def test_message_of_the_socket(session: Session, ended_job: TrainingJob) -> None:
    told = progress.since(session, ended_job.id, 0, 100)
    views = [forecast_view({"job_id": str(ended_job.id), "seq": m.seq, **m.body}) for m in told]
    for view in views:
        shape = document.PROGRESS_MESSAGE
        if view["progress"]["estimated_time_remaining"] is None:  # too early to say
            known = {k: v for k, v in shape["progress"].items() if not k.startswith("estimated")}
            shape = shape | {"progress": known}
        assert list(differences(view, shape)) == []
        assert _is_utc(view["timestamp"])
    assert {view["type"] for view in views} == {"training_progress", "training_completed"}
    assert [view["type"] for view in views].index("training_completed") == len(views) - 1
    assert views[-1]["progress"]["percentage"] == 100


def _is_utc(moment: str) -> bool:
    offset = datetime.fromisoformat(moment).utcoffset()
    return offset is not None and not offset


@pytest.fixture(scope="module")
def families(shared_served: Served) -> dict[str, Any]:
    """What Prometheus reads while somebody watches a job, and others have ended."""
    with shared_served.sessions.begin() as session:
        end_a_job(session)
    job = RunningJob.begin(shared_served.sessions, shared_served.stream)
    with connect(shared_served.watch_url(job.job_id)) as watcher:
        watcher.recv(timeout=PATIENCE_S)
        scraped = httpx.get(f"{shared_served.url}/metrics", timeout=PATIENCE_S).text
        job.finish()
    return {family.name: family for family in text_string_to_metric_families(scraped)}


@pytest.mark.parametrize("series", document.SERIES)
def test_series(families: dict[str, Any], series: str) -> None:
    kind, labels = document.SERIES[series]
    family = families[series.removesuffix("_total")]
    assert family.type == kind
    assert family.samples
    for sample in family.samples:
        assert sample.labels.keys() - {"le"} == labels


@pytest.mark.parametrize("series", document.BUCKETS)
def test_buckets(families: dict[str, Any], series: str) -> None:
    bounds = {s.labels["le"] for s in families[series].samples if s.name == f"{series}_bucket"}
    assert {float(bound) for bound in bounds} == document.BUCKETS[series] | {float("inf")}
