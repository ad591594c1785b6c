"""What one tenant may have at a time."""

import pytest
from sqlalchemy.orm import Session

from db.errors import QuotaExceededError
from db.jobs.workers import heartbeat
from db.lifecycle.dispatch import take
from db.operation.quotas import require_few_products, require_free_job
from db.tables import DEFAULT_TENANT_ID, Tenant, TrainingTask
from db.transitions import finish
from tests.db.builders import model_outcome, new_job, new_tenant, running_claims


def tenants_of(session: Session, **limits: int | None) -> list[object]:
    """Whose tasks five free slots get."""
    heartbeat(session, "fleet", slots=5)
    taken = take(session, max_concurrent_jobs=2, **limits)
    return [session.get_one(TrainingTask, item.task_id).tenant_id for item in taken]


def test_no_more_tasks_than_the_quota_are_handed_out(session: Session) -> None:
    new_job(session, products=4)
    assert len(tenants_of(session, max_running_tasks=2)) == 2
    assert tenants_of(session, max_running_tasks=2) == []
    assert len(tenants_of(session, max_running_tasks=3)) == 1


def test_the_row_of_the_tenant_goes_before_the_setting(session: Session) -> None:
    session.get_one(Tenant, DEFAULT_TENANT_ID).max_running_tasks = 3
    new_job(session, products=4)
    assert len(tenants_of(session, max_running_tasks=1)) == 3


def test_a_tenant_at_its_quota_holds_no_place_of_others(session: Session) -> None:
    other = new_tenant(session)
    session.get_one(Tenant, DEFAULT_TENANT_ID).max_running_tasks = 1
    for _ in range(3):
        new_job(session, products=2)
    new_job(session, products=2, tenant_id=other)
    assert sorted(map(str, tenants_of(session))) == sorted(
        map(str, [DEFAULT_TENANT_ID, other, other])
    )


def test_the_quota_takes_the_most_urgent_tasks(session: Session) -> None:
    session.get_one(Tenant, DEFAULT_TENANT_ID).max_running_tasks = 1
    new_job(session, products=2)
    urgent = new_job(session, products=2, priority=9)
    heartbeat(session, "fleet", slots=5)
    assert [item.job_id for item in take(session, max_concurrent_jobs=2)] == [urgent.id]


def test_ended_jobs_do_not_count(session: Session) -> None:

    job = new_job(session)
    with pytest.raises(QuotaExceededError, match="1 jobs are waiting or running"):
        require_free_job(session, DEFAULT_TENANT_ID, 1)
    (claim,) = running_claims(session, job)
    finish(session, claim.token, model_outcome())
    session.flush()
    require_free_job(session, DEFAULT_TENANT_ID, 1)


def test_another_tenant_does_not_count(session: Session) -> None:
    new_job(session)
    require_free_job(session, new_tenant(session), 1)


def test_products_up_to_the_quota_are_accepted(session: Session) -> None:
    require_few_products(session, DEFAULT_TENANT_ID, 3, 3)
    with pytest.raises(QuotaExceededError) as refused:
        require_few_products(session, DEFAULT_TENANT_ID, 4, 3)
    assert (refused.value.quota, refused.value.limit) == ("max_products", 3)
