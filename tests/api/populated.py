"""A tenant that has something of everything, so that any address of the service leads somewhere."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import transitions
from db.models import deployment, pins
from db.operation import consumed, schedules, webhooks
from db.operation.alerts import raise_alert, resolve_alert
from db.operation.audit import Actor
from db.operation.events import EVENT_TYPES
from db.operation_tables import Alert, CalendarEntry, LiveScore
from db.tables import Product, Sale, Tenant, TrainedModel, TrainingJob
from db.transitions import NewTask
from tests.db.builders import model_outcome, new_job, new_upload, running_claims, table_outcome

ADA = Actor("ada")
ODD_SKU = "weiß/50% #1?"


def _ids(kind: int, number: int) -> list[str]:
    return [str(UUID(int=(kind << 64) + n, version=4)) for n in range(number)]


PLACES: Mapping[str, Sequence[str]] = {
    "job_id": _ids(1, 8),
    "ended_job_id": _ids(1, 4),
    "model_id": _ids(2, 5),
    "product_id": [*_ids(3, 1), "baguette", "rye", ODD_SKU, "spare"],
    "product": ["baguette", ODD_SKU],
    "schedule_id": _ids(4, 1),
    "webhook_id": _ids(5, 1),
    "alert_id": _ids(6, 2),
    "entry_id": _ids(7, 2),
}
"""What the parts of an address may be, so that they lead to something that `populate` makes."""


def populate(session: Session, tenant_id: UUID) -> dict[str, str]:
    """Fill a tenant, which is made if it is not there: what each place really is called."""
    if session.get(Tenant, tenant_id) is None:
        session.add(Tenant(id=tenant_id, name="Bakery", country="ES", time_zone="Europe/Madrid"))
        session.flush()
    products = _products(session, tenant_id)
    models = _models(session, tenant_id, products)
    jobs = _jobs(session, tenant_id, products)
    made = {
        "job_id": [str(job.id) for job in jobs],
        "model_id": [model.public_id for model in models],
        "product_id": [str(products[0].id)],
        "schedule_id": [_schedule(session, tenant_id, jobs[0])],
        "webhook_id": [_webhook(session, tenant_id)],
        "alert_id": _alerts(session, tenant_id, products),
        "entry_id": _closures(session, tenant_id),
    }
    _consume(session, tenant_id, jobs[0])
    session.commit()
    return {
        place: real
        for name, reals in made.items()
        for place, real in zip(PLACES[name], reals, strict=name != "product_id")
    }


def _products(session: Session, tenant_id: UUID) -> list[Product]:
    products = [
        Product(tenant_id=tenant_id, sku=sku, name=sku.title(), category="Bread", priority=number)
        for number, sku in enumerate(("baguette", "rye", ODD_SKU, "spare"))
    ]
    session.add_all(products)
    session.flush()
    today = datetime.now(UTC).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    for product in products[:3]:
        product.observed_until = today
        session.add_all(
            Sale(
                product_id=product.id,
                tenant_id=tenant_id,
                sold_at=today - timedelta(days=days),
                quantity=10.0 + days % 7,
                price=None if days % 5 else 2.5,
            )
            for days in range(40)
        )
    session.flush()
    return products


def _models(session: Session, tenant_id: UUID, products: Sequence[Product]) -> list[TrainedModel]:
    """Of one product the one before, the champion and a pinned one; one more; one of a table."""
    bread, rye = products[:2]
    before, champion, pinned = (_trained(session, tenant_id, bread) for _ in range(3))
    other = _trained(session, tenant_id, rye)
    for model in (before, champion, other):
        deployment.deploy_by_hand(session, tenant_id, model.id, actor=ADA)
        session.flush()
    pins.set_pinned(session, tenant_id, pinned.id, is_pinned=True, actor=ADA)
    scores = {"wape": 0.2, "mae": 2.0, "bias": 0.1, "coverage": 0.8, "wape_limit": 0.3}
    session.add(
        LiveScore(
            model_id=champion.id,
            tenant_id=tenant_id,
            product_id=bread.id,
            scored_points=7,
            first_at=bread.observed_until,
            last_at=bread.observed_until,
            **scores,
        )
    )
    upload = new_upload(session, tenant_id=tenant_id)
    (claim,) = running_claims(session, upload)
    transitions.finish(session, claim.token, table_outcome())
    return [before, champion, pinned, other, _model_of(session, claim.token.task_id)]


def _trained(session: Session, tenant_id: UUID, product: Product) -> TrainedModel:
    job = _job(session, tenant_id, [product])
    (claim,) = running_claims(session, job)
    transitions.finish(session, claim.token, model_outcome())
    return _model_of(session, claim.token.task_id)


def _model_of(session: Session, task_id: UUID) -> TrainedModel:
    return session.scalars(select(TrainedModel).where(TrainedModel.task_id == task_id)).one()


def _job(
    session: Session, tenant_id: UUID, products: Sequence[Product], **changes: Any
) -> TrainingJob:
    tasks = [NewTask(kind="product", product_id=p.id, product_name=p.name) for p in products]
    return new_job(session, products=0, tasks=tasks, tenant_id=tenant_id, **changes)


def _jobs(session: Session, tenant_id: UUID, products: Sequence[Product]) -> list[TrainingJob]:
    """One in every state, one that is half done, and uploads that wait and have ended."""
    names = ("completed", "failed", "cancelled", "pending", "running", "half")
    completed, failed, cancelled, pending, running, half = (
        _job(session, tenant_id, products[:2], job_name=name) for name in names
    )
    for claim in running_claims(session, completed):
        transitions.finish(session, claim.token, model_outcome())
    for claim in running_claims(session, failed):
        transitions.fail(
            session,
            claim.token,
            error_type="InsufficientDataError",
            message="Too short.",
            recommended_action="Import more sales",
            severity="medium",
            retry=False,
        )
    transitions.request_stop(session, tenant_id, cancelled.id, "abort")
    running_claims(session, running)
    first, _ = running_claims(session, half)
    transitions.finish(session, first.token, model_outcome())
    uploaded, upload = (new_upload(session, tenant_id=tenant_id) for _ in range(2))
    (claim,) = running_claims(session, uploaded)
    transitions.finish(session, claim.token, table_outcome())
    return [completed, failed, cancelled, uploaded, pending, running, half, upload]


def _schedule(session: Session, tenant_id: UUID, last_job: TrainingJob) -> str:
    schedule = schedules.create(
        session,
        tenant_id,
        name="weekly",
        cron="0 3 * * 1",
        time_zone="Europe/Madrid",
        request={"products": ["rye"], "priority": 2},
        actor=ADA,
    )
    schedule.last_job_id = last_job.id
    return str(schedule.id)


def _closures(session: Session, tenant_id: UUID) -> list[str]:
    days = {"starts_on": date(2026, 8, 1), "ends_on": date(2026, 8, 15)}
    entries = [
        CalendarEntry(tenant_id=tenant_id, kind=kind, name=name, **days)
        for kind, name in (("closure", "Holidays"), ("event", "Fiesta"))
    ]
    session.add_all(entries)
    session.flush()
    return [str(entry.id) for entry in entries]


def _webhook(session: Session, tenant_id: UUID) -> str:
    url = "https://93.184.216.34/hook"
    webhook = webhooks.create(session, tenant_id, url=url, event_types=EVENT_TYPES, actor=ADA)
    webhooks.add_test(session, webhook, ADA)
    return str(webhook.id)


def _alerts(session: Session, tenant_id: UUID, products: Sequence[Product]) -> list[str]:
    for product in products[:2]:
        raise_alert(
            session, tenant_id, "accuracy_drift", product.id, severity="medium", message="Look"
        )
    resolve_alert(session, tenant_id, "accuracy_drift", products[1].id)
    return [str(alert.id) for alert in session.scalars(select(Alert))]


def _consume(session: Session, tenant_id: UUID, job: TrainingJob) -> None:
    consumed.take(session, "e-1", event_type="sales", tenant_id=tenant_id, payload={"rows": 3})
    consumed.settle(session, "e-1", "handled", job_id=job.id)
