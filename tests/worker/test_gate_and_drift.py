"""One product over some months: deployed, defended at the gate, drifted away from, replaced."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import numpy as np
from sqlalchemy import select

from db.models.drift_retraining import ACCURACY_DRIFT
from db.operation.alerts import list_alerts
from db.operation_tables import Alert, Deployment, LiveScore
from db.shop.sales import SalesBatch, import_sales
from db.tables import DEFAULT_TENANT_ID, TrainedModel, TrainingJob
from tests.worker.support import FIRST_DAY, Shop
from worker.context import Context
from worker.live_scoring import score_forecasts
from worker.training import run_task

DAYS, MORE = 150, 7
WEEK = np.array([10.0, 10.0, 10.0, 12.0, 20.0, 30.0, 25.0])


def sell(shop: Shop, days: range, *, level: float = 1.0) -> None:
    """What the shop imports: a rhythm of the week, and chance."""
    expected = level * WEEK[np.arange(days.start, days.stop) % 7]
    quantities = np.random.default_rng(days.start).poisson(expected).astype(float)
    batch = SalesBatch(
        product=["bread"] * len(days),
        sold_at=[FIRST_DAY + timedelta(days=day) for day in days],
        quantity=quantities.tolist(),
    )
    with shop.sessions.begin() as session:
        import_sales(session, DEFAULT_TENANT_ID, [batch])


def champion(shop: Shop) -> TrainedModel:
    with shop.sessions() as session:
        return session.scalars(select(TrainedModel).where(TrainedModel.is_deployed)).one()


def score_of(shop: Shop, model: TrainedModel) -> LiveScore:
    with shop.sessions() as session:
        return session.get_one(LiveScore, model.id)


def alerts(shop: Shop, *, is_open: bool) -> Sequence[Alert]:
    with shop.sessions() as session:
        found = list_alerts(session, DEFAULT_TENANT_ID, is_open=is_open, kind=ACCURACY_DRIFT)
    return found.items


def deployments(shop: Shop) -> Sequence[Deployment]:
    with shop.sessions() as session:
        return session.scalars(select(Deployment).order_by(Deployment.id)).all()


def drift_jobs(shop: Shop) -> Sequence[UUID]:
    with shop.sessions() as session:
        statement = select(TrainingJob.id).where(TrainingJob.trigger == "drift")
        return session.scalars(statement).all()


def test_the_gate_keeps_what_is_good_and_drift_replaces_what_is_not(
    context: Context, shop: Shop
) -> None:
    product_id = shop.product("bread")
    sell(shop, range(DAYS))
    shop.job(product_id)
    run_task(shop.next_task(), context)
    first = champion(shop)

    # A week like the others: the forecast holds, and a method that is worse is turned away.
    sell(shop, range(DAYS, DAYS + MORE))
    score_forecasts(context)
    assert not score_of(shop, first).is_drifting
    shop.job(product_id, algorithm="drift")
    run_task(shop.next_task(), context)
    assert champion(shop).id == first.id
    assert [entry.kind for entry in deployments(shop)] == ["auto", "refused"]
    assert deployments(shop)[1].evidence["incumbent"] == first.algorithm

    # Three times as many customers: the forecast is off, which is told and asks for a training.
    since = DAYS + MORE
    sell(shop, range(since, since + 28), level=3.0)
    score_forecasts(context)
    (alert,) = alerts(shop, is_open=True)
    assert alert.details["model_id"] == first.public_id
    assert alert.details["wape"] > alert.details["wape_limit"]
    (job_id,) = drift_jobs(shop)
    assert alert.details["retraining_job_id"] == str(job_id)

    # It is trained on the new level, passes the gate, and the alert is over.
    (task_id,) = shop.task_ids(job_id)
    shop.hand_out()
    run_task(task_id, context)
    second = champion(shop)
    assert second.training_job_id == job_id
    assert deployments(shop)[-1].previous_model_id == first.id
    score_forecasts(context)
    assert alerts(shop, is_open=True) == []
    assert [old.id for old in alerts(shop, is_open=False)] == [alert.id]

    # And it stays over: the new forecast holds on the new level.
    sell(shop, range(since + 28, since + 56), level=3.0)
    score_forecasts(context)
    assert score_of(shop, second).scored_points == 28
    assert not score_of(shop, second).is_drifting
    assert alerts(shop, is_open=True) == []
    assert list(drift_jobs(shop)) == [job_id]
