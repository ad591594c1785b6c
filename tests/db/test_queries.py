"""What owners ask for: jobs, models, products, progress, telemetry."""

import base64
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, update
from sqlalchemy.orm import Session

from db import transitions
from db.errors import InvalidCursorError
from db.jobs import details as jobs
from db.jobs import history as job_history
from db.jobs import logs, progress
from db.jobs import products as job_products
from db.models import details as models
from db.models.listing import ModelFilter, list_models
from db.operation import telemetry
from db.pages import encode_cursor
from db.shop import catalogue
from db.tables import DEFAULT_TENANT_ID, Product, TrainingJob
from db.transitions import NewTask
from tests.db.builders import (
    claimed,
    handed_out,
    model_outcome,
    new_job,
    new_products,
    new_tenant,
    new_upload,
    running_claims,
    start,
    table_outcome,
    tasks_of,
)
from tests.db.shop.test_sales import MONDAY, batch, load

PROBLEM = {"error_type": "InvalidDataError", "message": "Bad.", "recommended_action": "Mend it"}


def finished(session: Session, product: Product) -> str:
    """Train the product once; the public id of the model."""
    task = NewTask(kind="product", product_id=product.id, product_name=product.name)
    job = new_job(session, products=0, tasks=[task], tenant_id=product.tenant_id)
    (claim,) = running_claims(session, job)
    messages = transitions.finish(session, claim.token, model_outcome())
    assert messages is not None
    model_id: str = messages[0].body["task"]["model_id"]
    return model_id


def test_a_job_is_found_by_its_tenant_only(session: Session) -> None:
    job = new_job(session)
    assert jobs.find_job(session, DEFAULT_TENANT_ID, job.id) is job
    assert jobs.find_job(session, new_tenant(session), job.id) is None
    assert jobs.find_job(session, DEFAULT_TENANT_ID, uuid4()) is None


def test_the_history_comes_in_pages_newest_first(session: Session) -> None:
    made = [new_job(session).id for _ in range(5)]
    new_job(session, tenant_id=new_tenant(session))
    seen: list[UUID] = []
    cursor = None
    sizes = []
    while True:
        found = job_history.history(session, DEFAULT_TENANT_ID, limit=2, cursor=cursor)
        seen += [job.id for job in found.items]
        sizes.append(len(found.items))
        if (cursor := found.next_cursor) is None:
            break
    assert seen == made[::-1]
    assert sizes == [2, 2, 1]


WITHOUT_TIME_ZONE = encode_cursor("created_at", "desc", ["2026-01-01", UUID(int=1)])
NESTED = base64.urlsafe_b64encode(b"[" * 3000).decode()


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "!!!", "WyIyMDI2IiwgIngiXQ", "e30", "bnVsbA", "ü", WITHOUT_TIME_ZONE, NESTED],
)
def test_a_made_up_cursor_is_refused(session: Session, cursor: str) -> None:
    with pytest.raises(InvalidCursorError, match="leave it out for the first page"):
        job_history.history(session, DEFAULT_TENANT_ID, cursor=cursor)


def test_the_products_of_a_job(session: Session) -> None:
    job = new_job(session, products=3, with_shared=True)
    start(session, job)
    _, good, bad, waiting = tasks_of(session, job)
    transitions.finish(session, claimed(session, good).token, model_outcome())
    transitions.fail(session, claimed(session, bad).token, **PROBLEM, retry=False)
    trained, failed, pending = job_products.task_statuses(session, job, limit=10).items
    assert (trained.status, trained.progress, trained.algorithm) == ("completed", 100, "prophet")
    assert (trained.model_id or "").startswith("model-")
    assert (trained.metrics["mase"], trained.metrics["accuracy"]) == (0.8, 82.5)
    assert (trained.metrics["fits"], trained.baseline) == (4, {"mase": 1.1})
    assert (failed.status, failed.error_type, failed.recommended_action) == (
        "failed",
        "InvalidDataError",
        "Mend it",
    )
    assert (failed.model_id, failed.metrics) == (None, {})
    assert (pending.product_id, pending.status) == (waiting.product_id, "pending")
    assert pending.sku is not None


def test_the_log_of_a_job_keeps_its_order(session: Session) -> None:
    job = new_job(session)
    (claim,) = running_claims(session, job)
    lines = [f"line {n}" for n in range(6)]
    transitions.report(session, claim.token, phase="a", percentage=1, message=".", logs=lines[:3])
    transitions.report(session, claim.token, phase="a", percentage=2, message=".", logs=lines[3:])
    session.flush()
    kept = logs.lines(session, DEFAULT_TENANT_ID, job.id)
    assert [line.message for line, _ in kept.items] == lines


def test_models_by_either_id(session: Session) -> None:
    (product,) = new_products(session, 1)
    public_id = finished(session, product)
    record = models.find_model(session, DEFAULT_TENANT_ID, public_id)
    assert record is not None
    assert (record.product, record.metrics.mae) == (product, 2.5)
    assert models.find_model(session, DEFAULT_TENANT_ID, str(record.model.id)) == record
    assert models.find_model(session, DEFAULT_TENANT_ID, "model-20260101-ffffffff") is None
    assert models.find_model(session, new_tenant(session), public_id) is None


def test_models_of_a_product_newest_first(session: Session) -> None:
    product, other = new_products(session, 2)
    made = [finished(session, product) for _ in range(3)]
    finished(session, other)
    wanted = ModelFilter(product_id=product.id)
    first = list_models(session, DEFAULT_TENANT_ID, wanted=wanted, limit=2)
    rest = list_models(session, DEFAULT_TENANT_ID, wanted=wanted, cursor=first.next_cursor)
    listed = [record.model.public_id for record in [*first.items, *rest.items]]
    assert listed == made[::-1]
    latest = models.latest_model(session, DEFAULT_TENANT_ID, product.id)
    assert latest is not None
    assert latest.model.public_id == made[-1]
    assert models.latest_model(session, DEFAULT_TENANT_ID, uuid4()) is None


def test_models_of_uploads_have_no_product(session: Session) -> None:
    (claim,) = running_claims(session, new_upload(session))
    transitions.finish(session, claim.token, table_outcome())
    (record,) = list_models(session, DEFAULT_TENANT_ID).items
    assert (record.product, record.model.ml_task) == (None, "regression")


def test_references_are_ids_or_skus(session: Session) -> None:
    first, second = new_products(session, 2)
    (theirs,) = new_products(session, 1, new_tenant(session))
    resolved = catalogue.resolve(
        session,
        DEFAULT_TENANT_ID,
        [second.sku, str(first.id), "nothing", str(theirs.id), first.sku],
    )
    assert [product.id for product in resolved.products] == [second.id, first.id]
    assert resolved.unknown == ["nothing", str(theirs.id)]


def test_the_catalogue(session: Session) -> None:
    load(session, batch([("A", 0, 1), ("A", 3, 1), ("A", 9, None), ("B", 1, 1)]))
    entries = {
        entry.product.sku: entry
        for entry in catalogue.list_products(session, DEFAULT_TENANT_ID).items
    }
    assert (entries["A"].first_sale, entries["A"].last_sale) == (
        MONDAY,
        MONDAY + timedelta(days=3),
    )
    model_id = finished(session, entries["B"].product)
    page = catalogue.list_products(session, DEFAULT_TENANT_ID, limit=1)
    rest = catalogue.list_products(session, DEFAULT_TENANT_ID, cursor=page.next_cursor)
    both = {entry.product.sku: entry.deployed_model_id for entry in [*page.items, *rest.items]}
    assert both == {"A": None, "B": model_id}
    entries["A"].product.is_active = False
    session.flush()
    assert [item.sku for item in catalogue.active_products(session, DEFAULT_TENANT_ID)] == ["B"]


def test_progress_is_read_from_any_number(session: Session) -> None:
    job, quiet = new_job(session), new_job(session)
    (claim,) = running_claims(session, job)
    for percentage in (10, 20, 30):
        transitions.report(session, claim.token, phase="a", percentage=percentage, message=".")
    session.flush()
    assert [message.seq for message in progress.since(session, job.id, 2)] == [3, 4, 5]
    assert [message.seq for message in progress.since(session, job.id, 1, limit=2)] == [2, 3]
    last = progress.last_seq(session, [job.id, quiet.id, uuid4()])
    assert last == {job.id: 5, quiet.id: 0}


def test_old_progress_is_forgotten_but_for_the_end(session: Session) -> None:
    job, running = new_job(session), new_job(session)
    running_claims(session, running)
    (claim,) = running_claims(session, job)
    transitions.finish(session, claim.token, model_outcome())
    session.flush()
    assert progress.prune(session, older_than=timedelta(days=1)) == 0
    forgotten = progress.prune(session, older_than=timedelta(days=-1))
    assert forgotten == job.progress_seq - 1
    assert [message.seq for message in progress.since(session, job.id, 0)] == [job.progress_seq]
    assert len(progress.since(session, running.id, 0)) == 2


def test_telemetry(session: Session) -> None:
    other = new_tenant(session)
    for product in (*new_products(session, 2), *new_products(session, 1, other)):
        finished(session, product)
    session.execute(
        update(TrainingJob).values(completed_at=TrainingJob.started_at + timedelta(seconds=45))
    )
    running = new_job(session, products=3)
    waiting = new_job(session)
    handed_out(session, slots=2)
    waiting.created_at = func.now() - timedelta(seconds=30)
    session.flush()
    claim = claimed(session, tasks_of(session, running)[0])
    transitions.fail(session, claim.token, **PROBLEM, retry=False)
    session.flush()
    seen = telemetry.collect(session, max_tenants=1)
    mine = str(DEFAULT_TENANT_ID)
    assert seen.jobs == {(mine, "completed"): 2, ("other", "completed"): 1}
    assert seen.models == {(mine, "bread"): 2, ("other", "bread"): 1}
    assert seen.durations[mine].counts == (0, 0, 2, 2, 2, 2, 2, 2)
    assert (seen.durations[mine].count, seen.durations[mine].total) == (2, 90)
    assert seen.accuracies["other"].counts == (0, 0, 0, 0, 0, 1, 1, 1, 1)
    assert seen.maes[mine].counts == (0, 2, 2, 2, 2, 2, 2)
    assert (seen.jobs_running, seen.jobs_waiting, seen.live_slots) == (1, 1, 2)
    assert (seen.tasks_in_flight, seen.tasks_waiting) == (1, 2)
    assert seen.oldest_wait_seconds == pytest.approx(30, abs=5)
    assert seen.outbox_events == 4
    assert seen.outbox_lag_seconds >= 0


def test_telemetry_of_an_empty_installation(session: Session) -> None:
    seen = telemetry.collect(session, max_tenants=100)
    assert (seen.jobs, seen.durations, seen.models) == ({}, {}, {})
    assert (seen.oldest_wait_seconds, seen.outbox_lag_seconds, seen.live_slots) == (0, 0, 0)
