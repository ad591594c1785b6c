"""Real trainings, with a quick algorithm: from the rows of a shop to a stored model."""

from datetime import timedelta
from uuid import UUID

import pandas as pd
from sqlalchemy import select

from core.bundles import load_bundle
from core.settings import Settings
from db.tables import (
    DEFAULT_TENANT_ID,
    Forecast,
    ModelArtifact,
    ModelMetrics,
    Product,
    Tenant,
    TrainedModel,
    TrainingLog,
)
from tests.worker.support import FIRST_DAY, SIGNING_KEY, Shop
from worker import bundle
from worker.context import Context
from worker.forecasts import forecast_spec
from worker.frames import sales_frame
from worker.training import run_task

DAYS = 120
HORIZON_DAYS = 14


def train(context: Context, shop: Shop, product_id: UUID, *, shared: bool = False) -> UUID:
    job_id = shop.job(
        product_id, shared=shared, algorithm="seasonal_naive", horizon_days=HORIZON_DAYS
    )
    for _ in range(1 + shared):
        run_task(shop.next_task(), context)
    return job_id


def test_a_product_gets_a_model_that_forecasts(context: Context, shop: Shop) -> None:
    job_id = train(context, shop, shop.product("bread", DAYS))

    assert shop.show_job(job_id).status == "completed"
    (model,) = shop.models()
    assert model.algorithm == "seasonal_naive"
    assert model.training_data_points == DAYS
    assert model.is_deployed
    assert model.data_digest is not None
    with shop.sessions() as session:
        metrics = session.scalars(select(ModelMetrics)).one()
        days = session.scalars(select(Forecast.ds).order_by(Forecast.ds)).all()
    assert metrics.mase is not None
    assert metrics.baseline is not None
    assert len(days) == HORIZON_DAYS
    assert days[0] == (pd.Timestamp(FIRST_DAY) + pd.Timedelta(days=DAYS)).to_pydatetime()


def test_the_stored_model_forecasts_what_was_stored(context: Context, shop: Shop) -> None:
    train(context, shop, shop.product("bread", DAYS))

    (model,) = shop.models()
    files = load_bundle(context.store, model.manifest_digest, SIGNING_KEY)
    assert set(files) == {"model.pkl", "feature_list.json"}
    with shop.sessions() as session:
        stored = session.scalars(select(Forecast).order_by(Forecast.ds)).all()
    future = pd.DataFrame({"ds": [row.ds for row in stored]})
    predicted = bundle.loads(files["model.pkl"]).predict(future)
    assert predicted["yhat"].tolist() == [row.yhat for row in stored]


def test_every_file_has_a_row_with_its_digest(context: Context, shop: Shop) -> None:
    train(context, shop, shop.product("bread", DAYS))

    with shop.sessions() as session:
        rows = session.scalars(select(ModelArtifact)).all()
    assert {row.artifact_type for row in rows} == {"model_file", "feature_list"}
    for row in rows:
        assert len(context.store.read(row.checksum)) == row.file_size_bytes


def test_a_product_with_too_few_days_fails_in_the_documents_words(
    context: Context, shop: Shop
) -> None:
    job_id = shop.job(shop.product("croissant", days=15))
    task_id = shop.next_task()
    run_task(task_id, context)

    task = shop.show_task(task_id)
    assert task.error_type == "InsufficientDataError"
    assert (
        task.error_message == "Product requires minimum 30 days of sales data. Currently: 15 days."
    )
    assert task.recommended_action == "Collect more sales data before retraining"
    assert shop.show_job(job_id).products_failed == 1


def test_an_unknown_algorithm_fails_with_what_is_accepted(context: Context, shop: Shop) -> None:
    shop.job(shop.product("bread", DAYS), algorithm="crystal_ball")
    task_id = shop.next_task()
    run_task(task_id, context)

    task = shop.show_task(task_id)
    assert task.error_type == "InvalidParameterError"
    assert task.error_message is not None
    assert "prophet" in task.error_message


def test_what_products_share_is_fitted_first_and_found_by_them(
    context: Context, shop: Shop
) -> None:
    job_id = train(context, shop, shop.product("bread", DAYS), shared=True)

    job = shop.show_job(job_id)
    assert (job.status, job.products_total, job.products_completed) == ("completed", 1, 1)
    assert job.shared_artifact is not None
    files = load_bundle(context.store, job.shared_artifact, SIGNING_KEY)
    assert set(files) == {"shared.pkl"}


def test_a_product_without_newer_rows_has_sold_nothing_since(context: Context, shop: Shop) -> None:
    product_id = shop.product("ended", DAYS)
    with shop.sessions.begin() as session:
        product = session.get_one(Product, product_id)
        product.observed_until = FIRST_DAY + timedelta(days=DAYS + 29)

    train(context, shop, product_id)

    assert [model.training_data_points for model in shop.models()] == [DAYS + 30]


def test_history_becomes_a_frame_of_numbers(shop: Shop) -> None:
    product_id = shop.product("bread", days=3)
    with shop.sessions() as session:
        frame = sales_frame(session, DEFAULT_TENANT_ID, product_id)

    assert list(frame.columns) == ["ds", "quantity"]
    assert frame["ds"].dtype == "datetime64[us]"
    assert frame["quantity"].dtype == "float64"
    assert frame["ds"].iloc[0] == pd.Timestamp(FIRST_DAY)


def test_a_product_without_sales_has_an_empty_frame(shop: Shop) -> None:
    with shop.sessions() as session:
        frame = sales_frame(session, DEFAULT_TENANT_ID, shop.product("nothing"))

    assert frame.empty
    assert list(frame.columns) == ["ds", "quantity"]


def test_the_request_goes_before_the_tenant_and_the_tenant_before_the_settings() -> None:
    settings = Settings(holiday_country="FR", holiday_subdivision="BL", forecast_horizon_days=30)
    nowhere, spanish = Tenant(name="a"), Tenant(name="b", country="ES", subdivision="MD")

    assert forecast_spec(settings, nowhere, {}).country == "FR"
    assert forecast_spec(settings, nowhere, {}).subdivision == "BL"
    assert forecast_spec(settings, spanish, {}).country == "ES"
    assert forecast_spec(settings, spanish, {}).subdivision == "MD"
    assert forecast_spec(settings, spanish, {}).horizon_days == 30
    assert forecast_spec(settings, spanish, {"horizon_days": 7}).horizon_days == 7


def test_notes_of_the_training_are_kept_in_its_log(context: Context, shop: Shop) -> None:
    job_id = train(context, shop, shop.product("bread", DAYS))

    with shop.sessions() as session:
        model = session.scalars(select(TrainedModel)).one()
        messages = session.scalars(
            select(TrainingLog.message).where(TrainingLog.training_job_id == job_id)
        ).all()
    assert set(model.details["notes"]) <= set(messages)
