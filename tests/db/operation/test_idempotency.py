"""A request that is sent twice is carried out once, also when both come at the same moment."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.settings import Settings
from db.engine import Sessions
from db.errors import IdempotencyConflictError
from db.jobs.requests import JobLimits, JobRequest, start_products
from db.operation import idempotency
from db.operation.idempotency import once
from db.operation_tables import AuditEntry
from db.tables import DEFAULT_TENANT_ID, TrainingJob
from tests.db.at_once import at_once
from tests.db.builders import new_products, new_tenant

LIMITS = JobLimits.from_settings(Settings())


def test_any_resource_is_made_once(session: Session) -> None:
    made: list[str] = []

    def make() -> str:
        made.append(str(uuid4()))
        return made[-1]

    first, is_new = once(session, DEFAULT_TENANT_ID, "k", "d", "schedule", make)
    again, is_again_new = once(session, DEFAULT_TENANT_ID, "k", "d", "schedule", make)
    assert ([first], is_new) == (made, True)
    assert (again, is_again_new) == (first, False)


@pytest.mark.parametrize(("digest", "kind"), [("other", "schedule"), ("d", "webhook")])
def test_a_key_is_for_one_request_and_one_kind(session: Session, digest: str, kind: str) -> None:
    once(session, DEFAULT_TENANT_ID, "k", "d", "schedule", lambda: "1")
    with pytest.raises(IdempotencyConflictError):
        once(session, DEFAULT_TENANT_ID, "k", digest, kind, lambda: "2")


def test_a_key_belongs_to_its_tenant(session: Session) -> None:
    once(session, DEFAULT_TENANT_ID, "k", "d", "schedule", lambda: "1")
    assert once(session, new_tenant(session), "k", "d", "schedule", lambda: "2") == ("2", True)


def test_old_keys_are_forgotten(session: Session) -> None:
    once(session, DEFAULT_TENANT_ID, "k", "d", "schedule", lambda: "1")
    assert idempotency.prune(session, older_than=timedelta(days=1)) == 0
    assert idempotency.prune(session, older_than=timedelta(days=-1)) == 1


def test_without_a_key_everything_is_new(session: Session) -> None:
    made = [once(session, DEFAULT_TENANT_ID, None, "d", "job", lambda: "1") for _ in range(2)]
    assert made == [("1", True), ("1", True)]


def test_duplicates_at_the_same_moment_start_one_job(fresh_sessions: Sessions) -> None:
    with fresh_sessions.begin() as session:
        skus = tuple(product.sku for product in new_products(session, 3))

    def start() -> tuple[object, bool]:
        with fresh_sessions.begin() as session:
            asked = JobRequest(products=skus)
            job, is_new = start_products(
                session, DEFAULT_TENANT_ID, asked, LIMITS, idempotency_key="k", request_digest="d"
            )
            return job.id, is_new

    results = at_once([start] * 6)
    assert len({job_id for job_id, _ in results}) == 1
    assert sum(is_new for _, is_new in results) == 1
    with fresh_sessions() as session:
        counts = [select(func.count()).select_from(table) for table in (TrainingJob, AuditEntry)]
        assert [session.scalar(count) for count in counts] == [1, 1]
