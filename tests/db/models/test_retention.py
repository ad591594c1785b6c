"""Which models go and which stay, what deleting them leaves, and what may leave the store."""

import hashlib
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.artifacts import ArtifactStore
from db import transitions
from db.engine import Sessions
from db.errors import NotNowError
from db.lifecycle.outcomes import ArtifactFile
from db.models.deployment import champion_of, deploy_by_hand
from db.models.deployment_history import changes_of_product
from db.models.pins import set_pinned
from db.models.removal import RemovedModel, remove_by_hand
from db.models.retention import Expired, Policy, Removed, apply, due, told
from db.models.stored import (
    SETTLED_AFTER,
    StorageUse,
    named_digests,
    reclaim,
    reclaimable,
    storage_use,
    unnamed,
)
from db.operation.audit import SERVICE, Actor
from db.operation_tables import AuditEntry, Deployment
from db.tables import DEFAULT_TENANT_ID, Forecast, Product, TrainedModel, TrainingTask
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

TENANT = DEFAULT_TENANT_ID
ANNA = Actor("anna")


@pytest.fixture
def product(session: Session) -> Product:
    return new_products(session, 1)[0]


def train(
    session: Session, product: Product, *, age_days: float = 0, **changes: Any
) -> TrainedModel:
    task = NewTask(kind="product", product_id=product.id, product_name=product.name)
    job = new_job(session, products=0, tasks=[task], tenant_id=product.tenant_id)
    (claim,) = running_claims(session, job)
    assert transitions.finish(session, claim.token, model_outcome(**changes)) is not None
    return _aged(session, claim.token.task_id, age_days)


def train_table(session: Session, *, age_days: float) -> TrainedModel:
    (claim,) = running_claims(session, new_upload(session))
    transitions.finish(session, claim.token, table_outcome())
    return _aged(session, claim.token.task_id, age_days)


def _aged(session: Session, task_id: UUID, age_days: float) -> TrainedModel:
    model = session.scalars(select(TrainedModel).where(TrainedModel.task_id == task_id)).one()
    model.created_at = datetime.now(UTC) - timedelta(days=age_days)
    session.flush()
    return model


def stored_as(letter: str) -> dict[str, Any]:
    """An outcome whose one file and manifest are stored under made-up digests."""
    file = ArtifactFile(
        name="model.pkl", artifact_type="model_file", digest=letter * 64, size=ord(letter)
    )
    return {"artifacts": [file], "manifest_digest": letter.upper() * 64}


def going(session: Session, *, days: int = 90, versions: int = 10) -> list[UUID]:
    return [model.model_id for model in due(session, TENANT, Policy(days, versions))]


def going_in_full(session: Session, policy: Policy) -> list[Expired]:
    return told(session, due(session, TENANT, policy), policy)


def entries(session: Session, product: Product, limit: int = 9) -> list[Deployment]:
    changes = changes_of_product(session, TENANT, product.id, limit=limit).items
    return [change.entry for change in changes]


def actions(session: Session, model: TrainedModel) -> Sequence[str]:
    statement = select(AuditEntry.action).where(AuditEntry.subject_id == model.public_id)
    return session.scalars(statement.order_by(AuditEntry.id)).all()


def delete(session: Session, model: TrainedModel, *, force: bool = False) -> RemovedModel:
    removed = remove_by_hand(session, TENANT, model.id, force=force, actor=ANNA)
    assert removed is not None
    return removed


def test_only_so_many_versions_are_kept(session: Session, product: Product) -> None:
    models = [train(session, product, age_days=10 - number) for number in range(6)]
    planned = going_in_full(session, Policy(90, 3))

    assert [model.model_id for model in planned] == [model.id for model in models[:3]]
    assert {model.why for model in planned} == {"version_limit"}
    assert planned[0].reason == "Its product has 3 newer versions."
    assert planned[0].size == 10


def test_old_models_go_whatever_their_number(session: Session, product: Product) -> None:
    old, previous, champion = (train(session, product, age_days=age) for age in (100, 95, 92))
    (planned,) = going_in_full(session, Policy(90, 10))

    assert (planned.model_id, planned.why) == (old.id, "age")
    assert {previous.id, champion.id}.isdisjoint(going(session))


def test_the_deployed_the_previous_and_pinned_ones_stay(session: Session, product: Product) -> None:
    models = [train(session, product, age_days=200 - number) for number in range(5)]
    deploy_by_hand(session, TENANT, models[0].id, actor=ANNA)
    set_pinned(session, TENANT, models[2].id, is_pinned=True, actor=ANNA)

    assert going(session, versions=1) == [models[1].id, models[3].id]


def test_the_newest_stays_though_it_was_never_deployed(session: Session, product: Product) -> None:
    older, newest = (train(session, product, age_days=age, auto_deploy=False) for age in (200, 199))

    assert going(session) == [older.id]
    assert newest.is_deployed is False


def test_what_a_running_job_keeps_stays_until_it_ends(session: Session, product: Product) -> None:
    old, _, _ = (train(session, product, age_days=age) for age in (200, 100, 0))
    job = new_job(session, products=2)
    first, second = running_claims(session, job)
    kept = update(TrainingTask).where(TrainingTask.id == first.token.task_id)
    session.execute(kept.values(kept_model_id=old.id))
    assert going(session) == []

    for claim in (first, second):
        transitions.finish(session, claim.token, model_outcome())
    assert going(session) == [old.id]


def test_table_models_go_by_age_alone(session: Session) -> None:
    old, _ = train_table(session, age_days=91), train_table(session, age_days=89)

    assert going(session, versions=1) == [old.id]


def run(
    sessions: Sessions, *, days: int = 90, at_most: int = 100, actor: Actor = SERVICE
) -> Removed:
    return apply(sessions, TENANT, Policy(days, 1), at_most=at_most, actor=actor)


def test_a_run_deletes_what_it_planned_and_remembers_it(
    session: Session, sessions: Sessions, product: Product
) -> None:
    models = [train(session, product, age_days=9 - n, **stored_as("bcd"[n])) for n in range(3)]
    table = train_table(session, age_days=100)
    session.commit()

    removed = run(sessions, actor=ANNA)

    assert {model.model_id for model in removed.models} == {models[0].id, table.id}
    assert removed.freed["b" * 64] == ord("b")
    assert actions(session, models[0]) == ["train", "deploy", "delete"]
    entry = session.scalars(
        select(AuditEntry).where(
            AuditEntry.action == "delete", AuditEntry.subject_id == models[0].public_id
        )
    ).one()
    assert entry.actor == ANNA.name
    assert entry.details["reason"] == "Its product has 1 newer version."
    assert entry.details["model_version"] == models[0].model_version
    assert entry.details["mase"] == 0.8
    assert session.scalars(select(Forecast).where(Forecast.model_id == models[0].id)).all() == []
    assert run(sessions).models == []


def test_a_run_takes_no_more_than_it_may(
    session: Session, sessions: Sessions, product: Product
) -> None:
    for number in range(6):
        train(session, product, age_days=10 - number)
    session.commit()

    removed = run(sessions, at_most=2)

    assert (len(removed.models), removed.models_left) == (2, 2)
    assert len(going(session, versions=1)) == 2
    assert run(sessions).models_left == 0


def test_other_tenants_are_left_alone(session: Session, sessions: Sessions) -> None:
    theirs = new_products(session, 1, new_tenant(session))[0]
    for age in (300, 200, 100):
        train(session, theirs, age_days=age)
    session.commit()

    assert run(sessions, days=1).models == []
    assert session.scalars(select(TrainedModel)).all() != []


def test_the_deployed_model_is_not_deleted_by_accident(session: Session, product: Product) -> None:
    first, champion = train(session, product), train(session, product)
    with pytest.raises(NotNowError, match=r"force=true"):
        delete(session, champion)

    removed = delete(session, champion, force=True)

    assert removed.was_deployed
    assert removed.previous is not None
    assert removed.previous.id == first.id
    assert champion_of(session, TENANT, product.id) is None
    (entry,) = entries(session, product, 1)
    session.refresh(entry)
    assert (entry.kind, entry.model_id, entry.actor) == ("withdrawn", None, ANNA.name)
    assert entry.evidence["model_id"] == champion.public_id


def test_a_pinned_model_is_not_deleted_by_accident(session: Session, product: Product) -> None:
    first, _ = train(session, product), train(session, product)
    set_pinned(session, TENANT, first.id, is_pinned=True, actor=ANNA)
    with pytest.raises(NotNowError, match="pinned"):
        delete(session, first)
    set_pinned(session, TENANT, first.id, is_pinned=False, actor=ANNA)
    set_pinned(session, TENANT, first.id, is_pinned=False, actor=ANNA)

    delete(session, first)

    assert actions(session, first) == ["train", "deploy", "pin", "unpin", "delete"]
    assert remove_by_hand(session, TENANT, first.id, force=True, actor=ANNA) is None


def test_bytes_are_counted_once_and_only_if_nobody_else_names_them(
    session: Session, product: Product
) -> None:
    first, second, third = (train(session, product, **stored_as(letter)) for letter in "bbc")

    assert storage_use(session, TENANT) == StorageUse(2 * ord("b") + ord("c"), ord("b") + ord("c"))
    assert reclaimable(session, [first.id]) == 0
    assert reclaimable(session, [first.id, second.id]) == ord("b")
    assert reclaimable(session, [third.id]) == ord("c")
    assert reclaimable(session, []) == 0


def test_a_digest_is_unnamed_when_its_last_row_is_gone(session: Session, product: Product) -> None:
    first, second, _ = (train(session, product, **stored_as(letter)) for letter in "bbc")
    digests = {"b" * 64, "c" * 64, "e" * 64}

    delete(session, first)
    assert unnamed(session, digests) == {"e" * 64}
    freed = delete(session, second).freed
    assert unnamed(session, digests) == {"b" * 64, "e" * 64}
    assert freed == {"b" * 64: ord("b"), "B" * 64: 0}
    assert "c" * 64 in named_digests(session, keep_uploads_days=90, keep_predictions_days=7)


def test_only_settled_bytes_leave_the_store_at_once(sessions: Sessions, tmp_path: Path) -> None:
    store = ArtifactStore(str(tmp_path))
    settled, young = store.put(b"put long ago").digest, store.put(b"put just now").digest
    _age(tmp_path, settled, SETTLED_AFTER + timedelta(minutes=1))

    reclaimed = reclaim(sessions, store, {settled: 12, young: 13})

    assert (reclaimed.bytes_now, reclaimed.bytes_later) == (12, 13)
    assert (store.exists(settled), store.exists(young)) == (False, True)


def test_what_is_put_again_while_it_is_deleted_stays(sessions: Sessions, tmp_path: Path) -> None:
    store = ArtifactStore(str(tmp_path))
    contents = [f"content {number}".encode() for number in range(20)]
    for content in contents:
        _age(tmp_path, store.put(content).digest, SETTLED_AFTER + timedelta(minutes=1))
    digests = [hashlib.sha256(content).hexdigest() for content in contents]

    def delete_all() -> None:
        reclaim(sessions, store, dict.fromkeys(digests, 1))

    def put_all() -> None:
        for content in contents:
            store.put(content)

    at_once([delete_all, put_all])

    assert all(store.exists(digest) for digest in digests)


def _age(root: Path, digest: str, by: timedelta) -> None:
    (path,) = root.rglob(digest)
    moment = (datetime.now(UTC) - by).timestamp()
    os.utime(path, (moment, moment))


def test_a_model_pinned_while_retention_runs_is_gone_or_pinned(fresh_sessions: Sessions) -> None:
    with fresh_sessions.begin() as session:
        product = new_products(session, 1)[0]
        models = [train(session, product, age_days=9 - number) for number in range(6)]

    def pin(model: TrainedModel) -> bool:
        with fresh_sessions.begin() as session:
            pinned = set_pinned(session, TENANT, model.id, is_pinned=True, actor=ANNA)
            return pinned is not None

    def delete_old() -> bool:
        run(fresh_sessions)
        return True

    *were_there, _ = at_once([*(partial(pin, model) for model in models[:3]), delete_old])

    with fresh_sessions() as session:
        left = set(session.scalars(select(TrainedModel.id).where(TrainedModel.is_pinned)))
    assert [model.id in left for model in models[:3]] == were_there


def test_a_model_deployed_while_it_is_deleted_is_gone_or_stays(fresh_sessions: Sessions) -> None:
    with fresh_sessions.begin() as session:
        product = new_products(session, 1)[0]
        first, second = train(session, product), train(session, product)

    def deploy_first() -> bool:
        with fresh_sessions.begin() as session:
            return deploy_by_hand(session, TENANT, first.id, actor=ANNA) is not None

    def delete_first() -> bool:
        try:
            with fresh_sessions.begin() as session:
                delete(session, first)
        except NotNowError:
            return False
        return True

    was_deployed, was_deleted = at_once([deploy_first, delete_first])

    with fresh_sessions() as session:
        champion = champion_of(session, TENANT, product.id)
    assert was_deployed != was_deleted
    assert champion is not None
    assert champion.id == (first.id if was_deployed else second.id)


def test_the_job_of_a_deleted_model_stays(session: Session, product: Product) -> None:
    first, _ = train(session, product), train(session, product)
    delete(session, first)

    task = session.get_one(TrainingTask, first.task_id)
    assert (task.status, task.job_id) == ("completed", first.training_job_id)
