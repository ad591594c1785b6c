"""What has not changed is not trained again, and says so."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select, update

from core.settings import Settings
from db.tables import (
    DEFAULT_TENANT_ID,
    OutboxEvent,
    Product,
    Sale,
    Tenant,
    TrainedModel,
    TrainingJob,
    TrainingLog,
    TrainingTask,
)
from tests.worker.support import FIRST_DAY, Shop
from worker.context import Context
from worker.incremental import outside_sources
from worker.training import run_task

DAYS = 60
QUICK = {"algorithm": "seasonal_naive", "horizon_days": 7}


def train(context: Context, shop: Shop, *products: UUID, **request: object) -> TrainingTask:
    """The last task of a job over these products, after it has run."""
    job_id = shop.job(*products, **(QUICK | request))
    for _ in products:
        run_task(shop.next_task(), context)
    assert shop.show_job(job_id).status in {"completed", "failed"}
    return shop.show_task(shop.task_ids(job_id)[-1])


def test_a_product_that_did_not_change_keeps_its_model(context: Context, shop: Shop) -> None:
    bread = shop.product("bread", DAYS)
    train(context, shop, bread)
    task = train(context, shop, bread)

    (model,) = shop.models()
    assert (task.status, task.kept_model_id) == ("completed", model.id)
    expected = f"Nothing changed since model {model.public_id} of {model.created_at:%-d %B %Y}"
    assert task.skipped_reason == expected
    job = shop.show_job(task.job_id)
    assert (job.status, job.products_completed, job.products_skipped) == ("completed", 1, 1)
    assert job.current_step == "Nothing changed since the product was trained"


def test_a_skip_is_told_to_watchers_in_the_log_and_in_the_event(
    context: Context, shop: Shop
) -> None:
    bread, rye = shop.product("bread", DAYS), shop.product("rye", DAYS)
    train(context, shop, bread)
    task = train(context, shop, bread, rye)

    with shop.sessions() as session:
        lines = session.scalars(
            select(TrainingLog.message).where(
                TrainingLog.training_job_id == task.job_id, TrainingLog.product_id == bread
            )
        ).all()
        event = session.scalars(
            select(OutboxEvent).where(
                OutboxEvent.job_id == task.job_id,
                OutboxEvent.event_type == "training_completed",
            )
        ).one()
    assert any("Nothing changed since model" in line for line in lines)
    results = event.payload["results"]
    assert (results["successful_trainings"], results["skipped_trainings"]) == (2, 1)
    assert [model["product_name"] for model in results["models_created"]] == ["Rye"]
    assert shop.show_job(task.job_id).current_step == "1 of 2 products are trained, 1 unchanged"


def test_force_trains_what_did_not_change(context: Context, shop: Shop) -> None:
    bread = shop.product("bread", DAYS)
    train(context, shop, bread)
    assert train(context, shop, bread, force=True).skipped_reason is None
    assert len(shop.models()) == 2


@pytest.mark.parametrize(
    "options", [{"horizon_days": 8}, {"prophet_interval_width": 0.8}, {"algorithm": "drift"}]
)
def test_other_options_train_again(
    context: Context, shop: Shop, options: dict[str, object]
) -> None:
    bread = shop.product("bread", DAYS)
    train(context, shop, bread)
    assert train(context, shop, bread, **options).skipped_reason is None


def test_an_option_without_effect_on_the_model_does_not(context: Context, shop: Shop) -> None:
    bread = shop.product("bread", DAYS)
    train(context, shop, bread)
    assert train(context, shop, bread, prophet_verbose=True).skipped_reason is not None


def test_a_new_sale_trains_again(context: Context, shop: Shop) -> None:
    bread = shop.product("bread", DAYS)
    train(context, shop, bread)
    with shop.sessions.begin() as session:
        session.execute(
            insert(Sale).values(
                product_id=bread,
                tenant_id=DEFAULT_TENANT_ID,
                sold_at=FIRST_DAY + timedelta(days=DAYS),
                quantity=3,
            )
        )
    assert train(context, shop, bread).skipped_reason is None


def test_a_corrected_sale_trains_again(context: Context, shop: Shop) -> None:
    bread = shop.product("bread", DAYS)
    train(context, shop, bread)
    with shop.sessions.begin() as session:
        session.execute(
            update(Sale)
            .where(Sale.product_id == bread, Sale.sold_at == FIRST_DAY)
            .values(quantity=9)
        )
    assert train(context, shop, bread).skipped_reason is None


@pytest.mark.parametrize("change", [{"category": "Cake"}, {"observed_until": FIRST_DAY}])
def test_another_category_or_end_of_the_sales_trains_again(
    context: Context, shop: Shop, change: dict[str, object]
) -> None:
    bread = shop.product("bread", DAYS)
    train(context, shop, bread)
    with shop.sessions.begin() as session:
        session.execute(update(Product).where(Product.id == bread).values(change))
    assert train(context, shop, bread).skipped_reason is None


def test_another_country_trains_again(context: Context, shop: Shop) -> None:
    bread = shop.product("bread", DAYS)
    train(context, shop, bread)
    with shop.sessions.begin() as session:
        session.execute(update(Tenant).values(country="FR"))
    assert train(context, shop, bread).skipped_reason is None


def test_a_stand_in_is_no_reason_to_skip(context: Context, shop: Shop) -> None:
    bread = shop.product("bread", DAYS)
    train(context, shop, bread)
    with shop.sessions.begin() as session:
        session.execute(update(TrainedModel).values(degraded_reason="Prophet failed"))
    assert train(context, shop, bread).skipped_reason is None


def test_a_model_that_was_not_deployed_is_named_as_such(context: Context, shop: Shop) -> None:
    bread = shop.product("bread", DAYS)
    train(context, shop, bread)
    with shop.sessions.begin() as session:
        session.execute(update(TrainedModel).values(is_deployed=False))
    task = train(context, shop, bread)
    assert (task.skipped_reason or "").endswith(", which was not deployed")


def test_an_older_model_of_the_same_is_no_reason_to_skip(context: Context, shop: Shop) -> None:
    bread = shop.product("bread", DAYS)
    train(context, shop, bread)
    train(context, shop, bread, horizon_days=8)
    assert train(context, shop, bread).skipped_reason is None


def test_who_now_knows_the_shop_is_trained_again(context: Context, shop: Shop) -> None:
    bread = shop.product("bread", DAYS)
    train(context, shop, bread)
    job_id = shop.job(bread, shared=True, **QUICK)
    for _ in range(2):
        run_task(shop.next_task(), context)
    assert shop.show_job(job_id).products_skipped == 0
    assert train(context, shop, bread).skipped_reason is not None


def test_a_deleted_model_leaves_the_skip_without_a_name(context: Context, shop: Shop) -> None:
    bread = shop.product("bread", DAYS)
    train(context, shop, bread)
    task = train(context, shop, bread)
    with shop.sessions.begin() as session:
        session.execute(delete(TrainedModel))
    assert shop.show_task(task.id).kept_model_id is None
    assert train(context, shop, bread).skipped_reason is None


def test_a_job_of_only_unchanged_products_has_no_models(context: Context, shop: Shop) -> None:
    products = [shop.product(name, DAYS) for name in ("bread", "rye")]
    train(context, shop, *products)
    task = train(context, shop, *products)
    with shop.sessions() as session:
        job = session.get_one(TrainingJob, task.job_id)
    assert job.current_step == "Nothing changed since all 2 products were trained"
    assert len(shop.models()) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"weather_service_url": "http://127.0.0.1:9/weather"},
        {"traffic_service_url": "http://127.0.0.1:9/traffic"},
        {"default_latitude": 48.1, "weather_service_url": "http://127.0.0.1:9/weather"},
    ],
)
def test_other_sources_and_places_are_other_ingredients(change: dict[str, Any]) -> None:
    place = {"default_latitude": 40.4, "default_longitude": -3.7}
    settings = Settings(weather_service_url="http://127.0.0.1:9/w", **place)
    other = Settings(**(settings.model_dump() | change))
    tenant = Tenant(name="t")
    assert outside_sources(settings, tenant) != outside_sources(other, tenant)
    assert outside_sources(Settings(**place), tenant) == ()


def test_what_was_trained_while_a_source_was_away_is_trained_again(
    context: Context, shop: Shop
) -> None:
    bread = shop.product("bread", DAYS)
    settings = context.settings.model_dump() | {
        "weather_service_url": "http://127.0.0.1:9/weather",
        "default_latitude": 40.4,
        "default_longitude": -3.7,
    }
    without_weather = replace(context, settings=Settings(**settings))
    train(without_weather, shop, bread)
    assert train(without_weather, shop, bread).skipped_reason is None
