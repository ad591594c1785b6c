"""Counters never fall: what was deleted still counts, under the same labels and in the same
buckets.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db import transitions
from db.engine import Sessions
from db.jobs.deletion import delete_job
from db.lifecycle.outcomes import ModelOutcome
from db.models.removal import remove_by_hand
from db.models.retention import Policy, apply
from db.operation import telemetry
from db.operation.audit import Actor
from db.operation.telemetry import Telemetry
from db.shop.product_changes import remove as remove_product
from db.tables import DEFAULT_TENANT_ID, Product, TrainedModel, TrainingJob, TrainingTask
from db.tenancy import as_tenant
from db.transitions import NewTask
from tests.db.at_once import at_once
from tests.db.builders import (
    model_outcome,
    new_job,
    new_products,
    new_tenant,
    new_upload,
    running_claims,
    table_outcome,
)

ANNA = Actor("anna")
KEEP_ONE = Policy(days=90, versions=1)


def trained(session: Session, product: Product) -> UUID:
    """The job that trained a model of the product."""
    task = NewTask(kind="product", product_id=product.id, product_name=product.name)
    return ended(
        session,
        new_job(session, products=0, tasks=[task], tenant_id=product.tenant_id),
        model_outcome(),
    )


def ended(session: Session, job: TrainingJob, outcome: ModelOutcome) -> UUID:
    (claim,) = running_claims(session, job)
    assert transitions.finish(session, claim.token, outcome) is not None
    took = TrainingJob.started_at + timedelta(seconds=45.5)
    session.execute(update(TrainingJob).where(TrainingJob.id == job.id).values(completed_at=took))
    return job.id


def scraped(sessions: Sessions) -> tuple[object, ...]:
    with sessions() as session:
        seen: Telemetry = telemetry.collect(session, max_tenants=100)
    return (seen.jobs, seen.durations, seen.models, seen.accuracies, seen.maes)


def left(sessions: Sessions, table: type[TrainingJob] | type[TrainedModel]) -> int:
    with sessions() as session:
        return len(session.scalars(select(table.id)).all())


def test_deleted_jobs_still_count(sessions: Sessions) -> None:
    with sessions.begin() as session:
        product = new_products(session, 1)[0]
        jobs = [trained(session, product) for _ in range(3)]
        stopped = new_job(session)
        transitions.request_stop(session, DEFAULT_TENANT_ID, stopped.id, mode="abort")
        jobs.append(stopped.id)
    before = scraped(sessions)
    for job_id in jobs:
        with as_tenant(DEFAULT_TENANT_ID), sessions.begin() as session:
            assert delete_job(session, DEFAULT_TENANT_ID, job_id) is not None
    assert left(sessions, TrainingJob) == 0
    assert scraped(sessions) == before


def test_deleted_models_still_count(sessions: Sessions) -> None:
    with sessions.begin() as session:
        elsewhere = new_tenant(session)
        products = [*new_products(session, 1), *new_products(session, 1, elsewhere)]
        for product in products:
            for _ in range(4):
                trained(session, product)
        ended(session, new_upload(session), table_outcome())
        (table,) = session.scalars(select(TrainedModel.id).where(TrainedModel.name == "Churn"))
    before = scraped(sessions)
    for tenant_id in (DEFAULT_TENANT_ID, elsewhere):
        with as_tenant(tenant_id):
            apply(sessions, tenant_id, KEEP_ONE, at_most=100)
    assert left(sessions, TrainedModel) < 9
    assert scraped(sessions) == before
    with as_tenant(DEFAULT_TENANT_ID), sessions.begin() as session:
        removed = remove_by_hand(session, DEFAULT_TENANT_ID, table, force=False, actor=ANNA)
        assert removed is not None
    assert scraped(sessions) == before
    for product in products:
        with as_tenant(product.tenant_id), sessions.begin() as session:
            remove_product(session, product, force=True, actor=ANNA)
    assert left(sessions, TrainedModel) == 0
    assert scraped(sessions) == before


def test_a_model_counts_for_the_category_in_which_it_was_trained(sessions: Sessions) -> None:
    with sessions.begin() as session:
        product = new_products(session, 1)[0]
        trained(session, product)
        product.category = "cake"
        session.flush()
        trained(session, product)
        models = telemetry.collect(session, max_tenants=100).models
        tenant = str(DEFAULT_TENANT_ID)
        assert models == {(tenant, "bread"): 1, (tenant, "cake"): 1}
        remove_product(session, product, force=True, actor=ANNA)
        assert telemetry.collect(session, max_tenants=100).models == models


def test_what_comes_later_is_added_to_what_is_gone(sessions: Sessions) -> None:
    with sessions.begin() as session:
        product = new_products(session, 1)[0]
        job_id = trained(session, product)
        delete_job(session, DEFAULT_TENANT_ID, job_id)
        trained(session, product)
        seen = telemetry.collect(session, max_tenants=100)
    tenant = str(DEFAULT_TENANT_ID)
    assert seen.jobs == {(tenant, "completed"): 2}
    assert seen.durations[tenant].counts == (0, 0, 2, 2, 2, 2, 2, 2)
    assert (seen.durations[tenant].count, seen.durations[tenant].total) == (2, 91)


@pytest.mark.timeout(60)
def test_everything_deleted_at_once_counts_once(fresh_sessions: Sessions) -> None:
    sessions = fresh_sessions
    with sessions.begin() as session:
        products = new_products(session, 3)
        jobs = [trained(session, product) for product in products for _ in range(6)]
        statement = select(TrainedModel.id).join(
            TrainingTask, TrainingTask.id == TrainedModel.task_id
        )
        models = session.scalars(statement.order_by(TrainingTask.job_id)).all()
    before = scraped(sessions)

    def changing(change: Callable[[Session], object]) -> Callable[[], None]:
        def run() -> None:
            with sessions.begin() as session:
                change(session)

        return run

    def retain() -> None:
        apply(sessions, DEFAULT_TENANT_ID, KEEP_ONE, at_most=100)

    def delete_model(session: Session, model_id: UUID) -> None:
        remove_by_hand(session, DEFAULT_TENANT_ID, model_id, force=True, actor=ANNA)

    changes: list[Callable[[Session], object]] = [
        partial(remove_product, product=products[0], force=True, actor=ANNA),
        *(partial(delete_job, tenant_id=DEFAULT_TENANT_ID, job_id=job_id) for job_id in jobs[::2]),
        *(partial(delete_model, model_id=model_id) for model_id in models[::3]),
    ]
    at_once([retain, *map(changing, changes)])
    assert scraped(sessions) == before
