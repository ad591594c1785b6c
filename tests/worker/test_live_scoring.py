"""Sales come in after a training: figures, drift, alerts and the training that they ask for."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from core.settings import Settings
from db.models import live_scores
from db.operation.alerts import list_alerts
from db.operation_tables import Alert, CalendarEntry, LiveScore
from db.shop.sales import SalesBatch, import_sales
from db.tables import (
    DEFAULT_TENANT_ID,
    Forecast,
    ModelMetrics,
    Product,
    TrainedModel,
    TrainingJob,
    TrainingTask,
)
from tests.worker.support import Shop
from worker.context import Context
from worker.live_scoring import score_forecasts

FIRST = datetime(2026, 1, 1)  # noqa: DTZ001 - sales carry the wall clock of the shop
WINDOWS = (0.20, 0.22, 0.19, 0.21)


def deployed(shop: Shop, product_id: UUID, *, frequency: str = "daily", **more: Any) -> UUID:
    """A model that forecasts 10 a day, 5 to 15, and was off by about a fifth in its tests."""
    rows = 28 if frequency == "daily" else 8
    backtest = [
        {"algorithm": "none", "window": number, "rows": rows, "metrics": {"wape": wape}}
        for number, wape in enumerate(WINDOWS)
    ]
    step = timedelta(days=1 if frequency == "daily" else 7)
    with shop.sessions.begin() as session:
        session.execute(
            update(TrainedModel)
            .where(TrainedModel.product_id == product_id)
            .values(is_deployed=False)
        )
        model = TrainedModel(
            public_id=f"model-{len(shop.models())}",
            tenant_id=DEFAULT_TENANT_ID,
            product_id=product_id,
            ml_task="forecast",
            model_version=str(len(shop.models())),
            model_path="",
            algorithm="none",
            manifest_digest="0" * 64,
            details={"backtest": backtest},
            frequency=frequency,
            interval_width=0.95,
            is_deployed=True,
            deployed_at=datetime.fromisoformat("2026-01-01T00:00:00Z"),
        )
        session.add(model)
        session.flush()
        metrics = {"wape": 0.2, "baseline": {"wape": 0.3}} | more
        session.add(
            ModelMetrics(
                model_id=model.id, tenant_id=DEFAULT_TENANT_ID, product_id=product_id, **metrics
            )
        )
        session.add_all(
            Forecast(
                model_id=model.id,
                ds=FIRST + number * step,
                yhat=10.0,
                yhat_lower=5.0,
                yhat_upper=15.0,
            )
            for number in range(60)
        )
        return model.id


def sell(
    shop: Shop, sku: str, quantities: list[float | None], *, start: int = 0, step: int = 1
) -> None:
    days = [FIRST + timedelta(days=(start + number) * step) for number in range(len(quantities))]
    batch = SalesBatch(product=[sku] * len(days), sold_at=days, quantity=quantities)
    with shop.sessions.begin() as session:
        import_sales(session, DEFAULT_TENANT_ID, [batch])


def score(shop: Shop, model_id: UUID) -> LiveScore:
    with shop.sessions() as session:
        return session.get_one(LiveScore, model_id)


def alerts(shop: Shop, *, is_open: bool = True, kind: str = "accuracy_drift") -> list[Alert]:
    with shop.sessions() as session:
        return list(list_alerts(session, DEFAULT_TENANT_ID, is_open=is_open, kind=kind).items)


def drift_jobs(shop: Shop) -> list[TrainingJob]:
    with shop.sessions() as session:
        return list(session.scalars(select(TrainingJob).where(TrainingJob.trigger == "drift")))


def test_figures_over_what_is_known(context: Context, shop: Shop) -> None:
    model_id = deployed(shop, shop.product("bread"))
    # Two days are not in the file: nothing was sold. One has no quantity: not known.
    sell(shop, "bread", [12, 8, 10, None, 20])
    sell(shop, "bread", [10], start=7)

    assert score_forecasts(context) == 1

    found = score(shop, model_id)
    errors = [2, 2, 0, 10, 10, 10, 0]
    sold = 12 + 8 + 10 + 20 + 0 + 0 + 10
    assert found.scored_points == 7
    assert found.mae == pytest.approx(sum(errors) / 7)
    assert found.wape == pytest.approx(sum(errors) / sold)
    assert found.bias == pytest.approx((70 - sold) / 7)
    assert found.coverage == pytest.approx(4 / 7)
    assert (found.first_at, found.last_at) == (FIRST, FIRST + timedelta(days=7))
    with shop.sessions() as session:
        periods = live_scores.periods_of(session, model_id, window_days=28)
    assert [period.actual for period in periods] == [12, 8, 10, None, 20, 0, 0, 10]


def closed(shop: Shop, first: int, last: int, kind: str = "closure") -> None:
    """The shop is closed (or something happens) from one day to another, counted from the first."""
    with shop.sessions.begin() as session:
        session.add(
            CalendarEntry(
                tenant_id=DEFAULT_TENANT_ID,
                kind=kind,
                name=f"days {first} to {last}",
                starts_on=(FIRST + timedelta(days=first)).date(),
                ends_on=(FIRST + timedelta(days=last)).date(),
            )
        )


def test_days_in_closures_are_not_scored(context: Context, shop: Shop) -> None:
    model_id = deployed(shop, shop.product("bread"))
    sell(shop, "bread", [10.0] * 5 + [0.0] * 4 + [10.0] * 5)
    closed(shop, 5, 7)
    closed(shop, 7, 8)
    closed(shop, 0, 13, kind="event")

    score_forecasts(context)

    assert (score(shop, model_id).scored_points, score(shop, model_id).wape) == (10, 0)


def test_a_week_with_one_open_day_is_scored(context: Context, shop: Shop) -> None:
    model_id = deployed(shop, shop.product("box"), frequency="weekly")
    sell(shop, "box", [10.0] * 5, step=7)
    closed(shop, 7, 12)
    closed(shop, 14, 20)

    score_forecasts(context)

    assert score(shop, model_id).scored_points == 4


def test_weekly_sales_are_not_filled_beyond_the_last_one(context: Context, shop: Shop) -> None:
    product_id = shop.product("box")
    model_id = deployed(shop, product_id, frequency="weekly")
    sell(shop, "box", [10.0] * 5, step=7)
    with shop.sessions.begin() as session:
        session.get_one(Product, product_id).observed_until = FIRST + timedelta(days=50)
    score_forecasts(context)
    assert score(shop, model_id).scored_points == 5


def test_only_the_newest_days_count(context: Context, shop: Shop) -> None:
    model_id = deployed(shop, shop.product("bread"))
    sell(shop, "bread", [0.0] * 20 + [10.0] * 28)
    score_forecasts(context)
    found = score(shop, model_id)
    assert (found.scored_points, found.mae) == (28, 0.0)


def test_only_products_with_new_sales_are_scored_again(context: Context, shop: Shop) -> None:
    bread, rye = shop.product("bread"), shop.product("rye")
    first = deployed(shop, bread)
    other = deployed(shop, rye)
    sell(shop, "bread", [10.0] * 5)
    sell(shop, "rye", [10.0] * 5)
    assert score_forecasts(context) == 2
    assert score_forecasts(context) == 0
    sell(shop, "bread", [10.0] * 5)
    assert score_forecasts(context) == 0, "the same file again changes nothing"
    sell(shop, "bread", [99.0], start=2)
    assert score_forecasts(context) == 1, "a correction does"
    assert score(shop, first).mae == pytest.approx(89 / 5)
    assert score(shop, other).mae == 0.0


def test_a_model_that_was_replaced_is_scored_while_its_forecast_runs(
    context: Context, shop: Shop
) -> None:
    bread = shop.product("bread")
    old = deployed(shop, bread)
    sell(shop, "bread", [10.0] * 5)
    score_forecasts(context)
    deployed(shop, bread)
    sell(shop, "bread", [10.0] * 60)
    assert score_forecasts(context) == 2
    assert score(shop, old).last_at == FIRST + timedelta(days=59)
    sell(shop, "bread", [10.0] * 30, start=60)
    assert score_forecasts(context) == 1


def test_drift_raises_an_alert_and_one_training_of_the_products_that_drift(
    context: Context, shop: Shop, sent: list[Any]
) -> None:
    bread, rye, roll = shop.product("bread"), shop.product("rye"), shop.product("roll")
    for product_id in (bread, rye, roll):
        deployed(shop, product_id)
    sell(shop, "bread", [30.0] * 28)
    sell(shop, "roll", [31.0] * 28)
    sell(shop, "rye", [11.0] * 28)
    score_forecasts(context)

    found = {alert.subject_id: alert for alert in alerts(shop)}
    assert found.keys() == {str(bread), str(roll)}
    told = found[str(bread)]
    assert told.message == (
        "The forecast of Bread misses more than it should over the last 28 days: it is off by 67%"
        " of what was sold, and its tests allow up to 42%, and only 0% of the sales lie inside its"
        " range, which should hold 95%"
    )
    assert told.recommended_action is not None
    (job,) = drift_jobs(shop)
    assert job.request_id is not None
    with shop.sessions() as session:
        tasks = session.scalars(select(TrainingTask).where(TrainingTask.job_id == job.id)).all()
    assert {task.product_id for task in tasks if task.product_id} == {bread, roll}
    assert told.details["retraining_job_id"] == str(job.id)


def test_at_most_one_such_job_in_a_day_and_none_again_for_the_same_alert(
    context: Context, shop: Shop
) -> None:
    bread, rye = shop.product("bread"), shop.product("rye")
    deployed(shop, bread)
    deployed(shop, rye)
    sell(shop, "bread", [30.0] * 28)
    score_forecasts(context)
    sell(shop, "rye", [30.0] * 28)
    sell(shop, "bread", [30.0] * 29)
    score_forecasts(context)
    (job,) = drift_jobs(shop)
    with shop.sessions.begin() as session:
        session.get_one(TrainingJob, job.id).created_at -= timedelta(days=1, minutes=1)
        session.get_one(TrainingJob, job.id).status = "completed"
    score_forecasts(context)
    jobs = {one.id: one for one in drift_jobs(shop)}
    assert len(jobs) == 2
    first, second = (alert.details["retraining_job_id"] for alert in reversed(alerts(shop)))
    assert (first, {first, second}) == (str(job.id), {str(job_id) for job_id in jobs})


def test_the_alert_ends_with_a_new_champion_or_a_better_fit(context: Context, shop: Shop) -> None:
    bread = shop.product("bread")
    deployed(shop, bread)
    sell(shop, "bread", [30.0] * 28)
    score_forecasts(context)
    assert len(alerts(shop)) == 1
    sell(shop, "bread", [10.0] * 28)
    score_forecasts(context)
    assert alerts(shop) == []
    sell(shop, "bread", [30.0] * 28)
    score_forecasts(context)
    assert len(alerts(shop)) == 1
    with shop.sessions.begin() as session:
        session.execute(update(Forecast).values(ds=Forecast.ds - timedelta(days=100)))
    champion = deployed(shop, bread)
    with shop.sessions.begin() as session:
        session.execute(
            update(Forecast)
            .where(Forecast.model_id == champion)
            .values(ds=Forecast.ds + timedelta(days=100))
        )
    score_forecasts(context)
    assert score(shop, champion).scored_points == 0
    assert alerts(shop) == []
    assert len(alerts(shop, is_open=False)) == 2


def test_nothing_is_trained_where_that_is_switched_off(context: Context, shop: Shop) -> None:
    bread = shop.product("bread")
    deployed(shop, bread)
    sell(shop, "bread", [30.0] * 28)
    quiet = Context(
        **{name: getattr(context, name) for name in Context.__slots__}
        | {"settings": Settings(retrain_on_drift=False)}
    )
    score_forecasts(quiet)
    (alert,) = alerts(shop)
    assert "RETRAIN_ON_DRIFT is off" in (alert.recommended_action or "")
    assert drift_jobs(shop) == []


def test_a_forecast_worse_than_last_week_gets_a_low_alert(context: Context, shop: Shop) -> None:
    bread = shop.product("bread")
    deployed(shop, bread, wape=0.5)
    score_forecasts(context)
    (alert,) = alerts(shop, kind="forecast_worse_than_naive")
    assert alert.severity == "low"
    assert alert.message.endswith(
        "was off by 50%; repeating the week before would have been off by 30%"
    )
    deployed(shop, bread, wape=0.31)
    score_forecasts(context)
    assert alerts(shop, kind="forecast_worse_than_naive") == []
