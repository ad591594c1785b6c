"""A database of the former release goes on after the upgrade as if it had always been this one."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.embedded import EmbeddedPostgres
from db import transitions
from db.engine import create_engine, create_sessions
from db.jobs.workers import heartbeat
from db.lifecycle.dispatch import take
from db.migrate import downgrade, upgrade
from db.models import live_scores
from db.models.deployment import champion_of, roll_back
from db.models.deployment_history import changes_of_product
from db.models.lineage import previous_champion
from db.models.removal import remove_by_hand
from db.models.retention import Policy, due
from db.operation import outbox
from db.operation.audit import Actor
from db.operation.idempotency import JOB as JOB_RESOURCE
from db.operation.idempotency import once
from db.tables import DEFAULT_TENANT_ID, OutboxEvent, TrainedModel, TrainingJob
from tests.db.builders import model_outcome
from tests.db.former_release import (
    BREAD,
    CHAMPION,
    FORMER,
    JOB,
    KEY,
    KEY_DIGEST,
    OLDEST,
    WAITING_JOB,
    WAITING_TASK,
    make_former_release,
)
from tests.fixtures.database import copied_database, copied_engine, name_of

TENANT = DEFAULT_TENANT_ID
ANNA = Actor("anna")


@pytest.fixture(scope="module")
def upgraded_database(postgres: EmbeddedPostgres, template_database: str) -> Iterator[str]:
    """Its name; nobody is connected to it, so that it can be copied."""
    with copied_database(postgres.url, template_database) as url:
        make_former_release(url)
        upgrade(url)
        yield name_of(url)


@pytest.fixture
def upgraded(postgres: EmbeddedPostgres, upgraded_database: str) -> Iterator[Session]:
    with (
        copied_engine(postgres.url, upgraded_database) as engine,
        create_sessions(engine)() as session,
    ):
        yield session


def train_what_waits(session: Session) -> TrainedModel:
    heartbeat(session, "w1", slots=1)
    assert [item.task_id for item in take(session, max_concurrent_jobs=1)] == [WAITING_TASK]
    claim = transitions.claim(session, WAITING_TASK, worker="w1", lease_s=20)
    assert claim is not None
    assert claim.job_request == {"algorithm": "prophet", "horizon_days": 14}
    assert transitions.finish(session, claim.token, model_outcome()) is not None
    statement = select(TrainedModel).where(TrainedModel.task_id == WAITING_TASK)
    return session.scalars(statement).one()


def test_every_deployment_so_far_has_its_line(upgraded: Session) -> None:
    changes = changes_of_product(upgraded, TENANT, BREAD, limit=9)
    entries = [change.entry for change in changes.items]

    assert [(entry.model_id, entry.previous_model_id) for entry in entries] == [
        (CHAMPION, FORMER),
        (FORMER, OLDEST),
        (OLDEST, None),
    ]
    assert {(entry.kind, entry.reason, entry.actor) for entry in entries} == {
        ("auto", "Deployed before deployments were recorded.", "service")
    }
    assert entries[0].created_at.date() == date(2026, 9, 1)


def test_the_champion_and_the_one_before_outlive_retention(upgraded: Session) -> None:
    planned = due(upgraded, TENANT, Policy(days=1, versions=1))

    assert [model.model_id for model in planned] == [OLDEST]


def test_a_rollback_goes_back_to_what_was_deployed_before_the_upgrade(upgraded: Session) -> None:
    model = train_what_waits(upgraded)
    assert model.is_deployed

    assert roll_back(upgraded, TENANT, BREAD, actor=ANNA).id == CHAMPION
    assert roll_back(upgraded, TENANT, BREAD, actor=ANNA).id == FORMER
    champion = champion_of(upgraded, TENANT, BREAD)
    assert champion is not None
    assert champion.id == FORMER


def test_a_job_that_waited_is_trained_and_ends(upgraded: Session) -> None:
    train_what_waits(upgraded)
    job = upgraded.get_one(TrainingJob, WAITING_JOB)

    assert (job.status, job.trigger, job.products_completed, job.products_skipped) == (
        "completed",
        "request",
        1,
        0,
    )


def test_an_event_that_waited_has_the_id_that_it_tells(upgraded: Session) -> None:
    batch = outbox.claim(upgraded, limit=10, lease=timedelta(seconds=60))
    assert batch is not None
    (event,) = batch.events
    assert event.payload == {"status": "completed", "event_id": str(event.event_id)}
    ids = upgraded.scalars(select(OutboxEvent.event_id)).all()
    assert len(set(ids)) == 2


def test_a_request_that_is_repeated_gets_the_job_of_then(upgraded: Session) -> None:
    def make() -> str:
        raise AssertionError("it was made before")

    assert once(upgraded, TENANT, KEY, KEY_DIGEST, JOB_RESOURCE, make) == (str(JOB), False)


def test_the_champion_is_scored_on_the_sales_since(upgraded: Session) -> None:
    scored = live_scores.score_due(upgraded, window_days=28, limit=9)
    score = live_scores.score_of(upgraded, CHAMPION)

    assert CHAMPION in scored
    assert score is not None
    assert (score.scored_points, score.wape) == (2, 0.0)
    assert live_scores.score_due(upgraded, window_days=28, limit=9) == []


def test_a_champion_of_then_can_be_deleted(upgraded: Session) -> None:
    assert remove_by_hand(upgraded, TENANT, CHAMPION, force=True, actor=ANNA) is not None
    upgraded.expire_all()

    previous = previous_champion(upgraded, TENANT, BREAD)
    assert previous is not None
    assert previous.id == FORMER


def test_the_way_back_keeps_what_the_former_release_knew(fresh_database_url: str) -> None:
    make_former_release(fresh_database_url)
    upgrade(fresh_database_url)
    downgrade(fresh_database_url, "0002")
    upgrade(fresh_database_url)

    engine = create_engine(fresh_database_url)
    with create_sessions(engine)() as session:
        champion = champion_of(session, TENANT, BREAD)
        assert champion is not None
        assert champion.id == CHAMPION
    engine.dispose()
