"""A finished task's model: rows, version, deployment."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db import transitions
from db.lifecycle.outcomes import ForecastRow, LogLine, ModelOutcome
from db.lifecycle.registration import register_model
from db.models.details import artifacts_of
from db.models.forecasts import forecast_of
from db.tables import ModelMetrics, Product, TrainedModel, TrainingLog
from db.transitions import NewTask
from tests.db.builders import (
    DIGEST,
    model_outcome,
    new_job,
    new_products,
    new_upload,
    running_claims,
    table_outcome,
    tasks_of,
)


def train(session: Session, product: Product, outcome: ModelOutcome) -> TrainedModel:
    task = NewTask(kind="product", product_id=product.id, product_name=product.name)
    (claim,) = running_claims(session, new_job(session, products=0, tasks=[task]))
    assert transitions.finish(session, claim.token, outcome) is not None
    statement = select(TrainedModel).where(TrainedModel.task_id == claim.token.task_id)
    return session.scalars(statement).one()


@pytest.fixture
def product(session: Session) -> Product:
    return new_products(session, 1)[0]


def test_all_that_belongs_to_a_model_is_written(session: Session, product: Product) -> None:
    outcome = model_outcome(
        hyperparameters={"scale": 0.05, "limit": float("inf")},
        details={"notes": ["two gaps"]},
        training_data_points=900,
        validation_data_points=28,
        frequency="D",
        interval_width=0.95,
        horizon_days=90,
        degraded_reason="Too few weeks for yearly rhythm",
        logs=[
            LogLine(message="first", step_name="backtest", execution_time_ms=12),
            LogLine(message="second", level="WARNING", details={"rows": 3}),
        ],
    )
    model = train(session, product, outcome)
    assert re.fullmatch(r"model-\d{8}-[0-9a-f]{16}", model.public_id)
    assert re.fullmatch(r"\d{8}_\d{6}", model.model_version)
    assert model.model_path == f"./models/{model.public_id}/model.pkl"
    assert (model.product_id, model.name) == (product.id, product.name)
    assert (model.manifest_digest, model.training_duration_seconds) == (DIGEST, 2)
    assert (model.training_data_points, model.horizon_days) == (900, 90)
    session.refresh(model)
    assert model.hyperparameters == {"scale": 0.05, "limit": None}
    assert model.features == ["weekday", "holiday"]
    (artifact,) = artifacts_of(session, model.id)
    assert (artifact.file_path, artifact.checksum) == (model.model_path, DIGEST)
    logs = session.scalars(select(TrainingLog).order_by(TrainingLog.created_at)).all()
    assert [(log.message, log.log_level, log.details) for log in logs] == [
        ("first", "INFO", None),
        ("second", "WARNING", {"rows": 3}),
    ]


def test_versions_within_a_second_are_counted(session: Session, product: Product) -> None:
    moment = datetime(2025, 11, 6, 14, 30, 22, tzinfo=UTC)
    versions = []
    for _ in range(3):
        task = NewTask(kind="product", product_id=product.id)
        (row,) = tasks_of(session, new_job(session, products=0, tasks=[task]))
        versions.append(register_model(session, row, model_outcome(), moment)[0].model_version)
    assert versions == ["20251106_143022", "20251106_143022_2", "20251106_143022_3"]


def test_metrics_go_to_their_columns(session: Session, product: Product) -> None:
    metrics = {"mae": 2.5, "accuracy": 82.5, "r2_score": float("nan"), "mase": None, "fits": 4}
    model = train(session, product, model_outcome(metrics=metrics, validation_data_points=28))
    row = session.scalars(select(ModelMetrics).where(ModelMetrics.model_id == model.id)).one()
    assert (row.mae, row.accuracy_percentage, row.r2_score, row.mase) == (2.5, 82.5, None, None)
    assert (row.baseline, row.extra, row.validation_data_points) == ({"mase": 1.1}, {"fits": 4}, 28)


def test_metrics_of_a_table_fill_the_columns_too(session: Session) -> None:
    (claim,) = running_claims(session, new_upload(session))
    transitions.finish(session, claim.token, table_outcome())
    row = session.scalars(select(ModelMetrics)).one()
    assert (row.accuracy_percentage, row.r2_score, row.mae) == (88, 0.85, 1.0)
    assert row.extra == {"test_accuracy": 0.88, "test_r2": 0.85, "total_time_seconds": 245.5}


def test_the_forecast_is_stored_in_time_order(session: Session, product: Product) -> None:
    days = [datetime.fromisoformat(f"2026-02-0{day}") for day in (3, 1, 2)]
    rows = [ForecastRow(ds, yhat, yhat - 1, None) for ds, yhat in zip(days, (3, 1, 2), strict=True)]
    model = train(session, product, model_outcome(forecast=rows))
    stored = forecast_of(session, model.id)
    assert [(row.ds, row.yhat, row.yhat_lower) for row in stored] == [
        (day, yhat, yhat - 1) for day, yhat in zip(sorted(days), (1, 2, 3), strict=True)
    ]


def test_the_newest_model_is_deployed(session: Session, product: Product) -> None:
    first, second = (
        train(session, product, model_outcome()),
        train(session, product, model_outcome()),
    )
    session.refresh(first)
    assert (first.is_deployed, second.is_deployed) == (False, True)
    assert first.deployed_at is not None
    assert second.deployed_at is not None


def test_a_fallback_does_not_replace_a_full_model(session: Session, product: Product) -> None:
    champion = train(session, product, model_outcome())
    fallback = train(session, product, model_outcome(degraded_reason="Prophet did not converge"))
    session.refresh(champion)
    assert (champion.is_deployed, fallback.is_deployed) == (True, False)
    warning = session.scalars(select(TrainingLog).where(TrainingLog.log_level == "WARNING")).one()
    assert "Prophet did not converge" in warning.message
    assert champion.model_version in warning.message
    better = train(session, product, model_outcome())
    assert better.is_deployed


def test_a_fallback_is_deployed_over_another_or_over_nothing(
    session: Session, product: Product
) -> None:
    first = train(session, product, model_outcome(degraded_reason="short history"))
    assert first.is_deployed
    second = train(session, product, model_outcome(degraded_reason="short history"))
    assert second.is_deployed


def test_deployment_can_be_left_to_people(session: Session, product: Product) -> None:
    champion = train(session, product, model_outcome())
    challenger = train(session, product, model_outcome(auto_deploy=False))
    session.refresh(champion)
    assert (champion.is_deployed, challenger.is_deployed) == (True, False)


def test_the_table_allows_one_deployed_model_per_product(
    session: Session, product: Product
) -> None:
    first = train(session, product, model_outcome())
    train(session, product, model_outcome())
    session.refresh(first)
    first.is_deployed = True
    with pytest.raises(IntegrityError, match="ix_trained_models_deployed"):
        session.flush()


def test_the_table_allows_one_model_per_task(session: Session, product: Product) -> None:
    model = train(session, product, model_outcome())
    columns = {
        column.key: getattr(model, column.key)
        for column in TrainedModel.__table__.columns
        if column.key not in {"id", "public_id", "model_version", "is_deployed"}
    }
    session.add(TrainedModel(public_id="model-20260101-00000000", model_version="x", **columns))
    with pytest.raises(IntegrityError, match="uq_trained_models_task_id"):
        session.flush()
