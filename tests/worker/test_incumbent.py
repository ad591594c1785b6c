"""Real trainings against what is deployed, and retention of what they leave."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
from sqlalchemy import insert, select, update

from core.settings import Settings
from db.models.stored import SETTLED_AFTER
from db.operation_tables import AuditEntry, Deployment
from db.tables import (
    DEFAULT_TENANT_ID,
    ModelArtifact,
    Sale,
    TrainedModel,
    TrainingJob,
    TrainingLog,
)
from tests.worker.support import FIRST_DAY, Shop
from worker.context import Context
from worker.retention import apply_retention
from worker.training import run_task

DAYS = 120
QUANTITIES = np.random.default_rng(0).poisson(20, 2 * DAYS)


def train(context: Context, shop: Shop, product_id: UUID, algorithm: str) -> None:
    shop.job(product_id, algorithm=algorithm, force=True)
    run_task(shop.next_task(), context)


def sell_unevenly(shop: Shop, product_id: UUID, days: range) -> None:
    """Chance around a level: the mean of many weeks forecasts it better than the last one."""
    rows = [
        {
            "product_id": product_id,
            "tenant_id": DEFAULT_TENANT_ID,
            "sold_at": FIRST_DAY + timedelta(days=day),
            "quantity": float(QUANTITIES[day]),
        }
        for day in days
    ]
    with shop.sessions.begin() as session:
        session.execute(insert(Sale), rows)


def deployments(shop: Shop) -> list[Deployment]:
    with shop.sessions() as session:
        return list(session.scalars(select(Deployment).order_by(Deployment.id)))


def champion(shop: Shop) -> TrainedModel:
    with shop.sessions() as session:
        return session.scalars(select(TrainedModel).where(TrainedModel.is_deployed)).one()


def test_a_worse_method_is_refused_and_the_champion_stays(context: Context, shop: Shop) -> None:
    product_id = shop.product("bread")
    sell_unevenly(shop, product_id, range(DAYS))
    train(context, shop, product_id, "seasonal_mean")
    sell_unevenly(shop, product_id, range(DAYS, DAYS + 7))
    train(context, shop, product_id, "seasonal_naive")

    first, second = deployments(shop)
    assert champion(shop).algorithm == "seasonal_mean"
    assert (first.kind, second.kind) == ("auto", "refused")
    evidence = second.evidence
    assert (evidence["challenger"], evidence["incumbent"]) == ("seasonal_naive", "seasonal_mean")
    assert evidence["challenger_error"] > evidence["incumbent_error"] * (1 + evidence["margin"])
    assert evidence["champion_version"] in second.reason
    assert evidence["since"]["rows"] == 7
    with shop.sessions() as session:
        lines = session.scalars(select(TrainingLog).where(TrainingLog.log_level == "WARNING"))
        assert any(second.reason in line.message for line in lines)


def test_a_better_method_and_the_same_one_replace_the_champion(
    context: Context, shop: Shop
) -> None:
    product_id = shop.product("bread")
    sell_unevenly(shop, product_id, range(DAYS))
    for algorithm in ("seasonal_naive", "seasonal_mean", "seasonal_mean"):
        train(context, shop, product_id, algorithm)

    assert [entry.kind for entry in deployments(shop)] == ["auto", "auto", "auto"]
    assert deployments(shop)[2].evidence["difference"] == 0
    assert "lower" in deployments(shop)[1].reason
    with shop.sessions() as session:
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["train", "deploy"] * 3


def test_where_people_decide_the_numbers_are_kept_all_the_same(
    context: Context, shop: Shop
) -> None:
    product_id = shop.product("bread")
    sell_unevenly(shop, product_id, range(DAYS))
    train(context, shop, product_id, "seasonal_mean")
    by_hand = replace(context, settings=Settings(enable_auto_deployment=False))
    train(by_hand, shop, product_id, "seasonal_naive")

    assert champion(shop).algorithm == "seasonal_mean"
    (newest,) = (model for model in shop.models() if not model.is_deployed)
    assert newest.details["comparison"]["is_worse"]
    assert len(deployments(shop)) == 1


def test_retention_deletes_old_versions_and_their_bytes(
    context: Context, shop: Shop, tmp_path: Path
) -> None:
    product_id = shop.product("bread")
    sell_unevenly(shop, product_id, range(DAYS))
    for _ in range(3):
        train(context, shop, product_id, "seasonal_mean")
    oldest = min(shop.models(), key=lambda model: model.created_at)
    with shop.sessions.begin() as session:
        ages = datetime.now(UTC) - timedelta(days=91)
        session.execute(
            update(TrainedModel).where(TrainedModel.id == oldest.id).values(created_at=ages)
        )
    _settle(tmp_path)

    apply_retention(context)

    assert oldest.id not in {model.id for model in shop.models()}
    assert len(shop.models()) == 2
    assert not context.store.exists(oldest.manifest_digest)
    for model in shop.models():
        assert context.store.exists(model.manifest_digest)
    with shop.sessions() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "delete")).one()
    assert (entry.actor, entry.subject_id) == ("service", oldest.public_id)


def _settle(root: Path) -> None:
    """As if everything in the store had been put long ago."""
    moment = (datetime.now(UTC) - 2 * SETTLED_AFTER).timestamp()
    for path in root.rglob("sha256/*/*"):
        os.utime(path, (moment, moment))


def test_what_products_of_an_old_job_shared_goes_and_the_job_stays(
    context: Context, shop: Shop, tmp_path: Path
) -> None:
    product_id = shop.product("bread", DAYS)
    old, young = (
        shop.job(product_id, shared=True, algorithm="seasonal_mean", force=True) for _ in range(2)
    )
    for _ in range(4):
        run_task(shop.next_task(), context)
    digests = [shop.show_job(job_id).shared_artifact for job_id in (old, young)]
    with shop.sessions.begin() as session:
        ended = datetime.now(UTC) - timedelta(days=91)
        session.execute(update(TrainingJob).where(TrainingJob.id == old).values(completed_at=ended))
    _settle(tmp_path)

    apply_retention(context)

    assert [shop.show_job(job_id).shared_artifact for job_id in (old, young)] == [None, digests[1]]
    assert [context.store.exists(digest) for digest in digests if digest] == [False, True]
    assert shop.show_job(old).status == "completed"
    with shop.sessions() as session:
        owners = session.scalars(
            select(ModelArtifact.training_job_id).where(ModelArtifact.model_id.is_(None))
        ).all()
    assert list(owners) == [young]
