"""The story of a prediction without Celery: verified files, a bounded cache, one audit line."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import onnx
import pandas as pd
import pytest
from prophet.serialize import model_from_json
from sqlalchemy import select, update

from core.artifacts import ArtifactStore
from core.bundles import load_bundle
from core.predictions import PredictionAnswer, PredictionExchange, PredictionRequest
from core.settings import Settings
from db.operation.audit import Actor
from db.operation_tables import AuditEntry, CalendarEntry
from db.shop.sales import SalesBatch, import_sales
from db.tables import DEFAULT_TENANT_ID, Forecast, Sale, TrainedModel
from pipeline.errors import ResourceLimitError
from pipeline.table.predict import predict_rows
from tests.fixtures.s3 import no_server
from tests.worker.support import FIRST_DAY, SIGNING_KEY, Shop
from tests.worker.test_tables import REQUEST, parquet, train
from worker import bundle
from worker.context import Context
from worker.predictions.cache import ModelCache
from worker.predictions.exporting import export_model
from worker.predictions.loaded import LoadedModel, LoadedTable, load_model
from worker.predictions.serving import PredictionServer
from worker.training import run_task

DAYS, HORIZON_DAYS = 120, 14


@pytest.fixture
def exchange(valkey_url: str, key_prefix: str) -> Iterator[PredictionExchange]:
    opened = PredictionExchange(valkey_url, timeout_s=5, prefix=key_prefix)
    yield opened
    opened.close()


@pytest.fixture
def server(context: Context, exchange: PredictionExchange) -> PredictionServer:
    return PredictionServer(context, exchange)


@pytest.fixture
def forecast_model(context: Context, shop: Shop) -> TrainedModel:
    shop.job(shop.product("bread", DAYS), algorithm="seasonal_naive", horizon_days=HORIZON_DAYS)
    run_task(shop.next_task(), context)
    return shop.models()[0]


@pytest.fixture
def table_model(context: Context, shop: Shop) -> TrainedModel:
    train(context, shop, parquet(), **REQUEST)
    return shop.models()[0]


def ask(
    server: PredictionServer,
    exchange: PredictionExchange,
    model: TrainedModel,
    body: dict[str, Any],
    *,
    tenant_id: UUID = DEFAULT_TENANT_ID,
    **changes: Any,
) -> PredictionAnswer:
    prediction_id = uuid4()
    request = PredictionRequest(
        tenant_id=str(tenant_id),
        actor="anna",
        model_id=str(model.id),
        manifest_digest=model.manifest_digest,
        content_type="application/json",
        accept="application/json",
        body=json.dumps(body).encode(),
        **changes,
    )
    exchange.put(prediction_id, request)
    assert server.serve(prediction_id)
    answer = exchange.wait(prediction_id, 1)
    assert answer is not None
    return answer


def test_a_forecast_on_demand_is_the_stored_one(
    server: PredictionServer, exchange: PredictionExchange, forecast_model: TrainedModel, shop: Shop
) -> None:
    answer = ask(server, exchange, forecast_model, {"horizon_days": 7})

    assert answer.outcome == "predicted"
    told = json.loads(answer.body)
    with shop.sessions() as session:
        stored = session.scalars(select(Forecast).order_by(Forecast.ds).limit(7)).all()
    assert told["model_id"] == forecast_model.public_id
    assert [
        (row["ds"], row["yhat"], row["yhat_lower"], row["yhat_upper"])
        for row in told["predictions"]
    ] == [(row.ds.isoformat(), row.yhat, row.yhat_lower, row.yhat_upper) for row in stored]


def test_what_was_imported_and_stated_since_counts(
    server: PredictionServer, exchange: PredictionExchange, context: Context, shop: Shop
) -> None:
    product_id = shop.product("bread", DAYS)
    first_ahead = FIRST_DAY + timedelta(days=DAYS)
    promotions(shop, {day: float(day % 5 == 0) for day in range(DAYS + HORIZON_DAYS)})
    with shop.sessions.begin() as session:
        doubled = update(Sale).where(Sale.promotion == 1).values(quantity=2 * Sale.quantity)
        session.execute(doubled)
    shop.job(product_id, algorithm="poisson", horizon_days=HORIZON_DAYS)
    run_task(shop.next_task(), context)
    (model,) = shop.models()
    before = json.loads(ask(server, exchange, model, {}).body)["predictions"]

    promotions(shop, {DAYS + 1: 1.0})
    with shop.sessions.begin() as session:
        closed = (first_ahead + timedelta(days=3)).date()
        entry = {"kind": "closure", "name": "works", "starts_on": closed, "ends_on": closed}
        session.add(CalendarEntry(tenant_id=DEFAULT_TENANT_ID, **entry))
    told = json.loads(ask(server, exchange, model, {}).body)

    after = told["predictions"]
    changed = [day for day, row in enumerate(after) if row != before[day]]
    assert changed == [1, 3]
    assert after[1]["yhat"] > 1.3 * before[1]["yhat"]
    assert after[3]["yhat"] == 0
    assert "new for 1 period" in told["notes"][0]
    assert "closures have changed" in told["notes"][1]


def promotions(shop: Shop, by_day: dict[int, float]) -> None:
    """Import them, also for days whose sales are not known yet."""
    batch = SalesBatch(
        product=["bread"] * len(by_day),
        sold_at=[FIRST_DAY + timedelta(days=day) for day in by_day],
        quantity=[None] * len(by_day),
        promotion=list(by_day.values()),
    )
    with shop.sessions.begin() as session:
        import_sales(session, DEFAULT_TENANT_ID, [batch])


def test_a_table_model_predicts_as_in_its_own_process(
    server: PredictionServer,
    exchange: PredictionExchange,
    table_model: TrainedModel,
    context: Context,
) -> None:
    rows = [{"area": 33.3, "district": "north"}, {"area": None, "district": "moon"}, {"area": 1e9}]
    answer = ask(server, exchange, table_model, {"rows": rows})

    files = load_bundle(context.store, table_model.manifest_digest, SIGNING_KEY)
    fitted = LoadedTable(
        preprocessing=bundle.loads(files["preprocessing.pkl"]),
        model=bundle.loads(files["model.pkl"]),
        features=("area", "district"),
        classes=None,
    )
    expected = predict_rows(fitted, pd.DataFrame(rows))["prediction"].tolist()
    assert json.loads(answer.body)["predictions"] == expected


FLAT = {"area": 100.0, "district": "north"}


def trained(context: Context, shop: Shop, frame: pd.DataFrame, **request: Any) -> TrainedModel:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    job_id = train(context, shop, buffer.getvalue(), **request)
    assert shop.show_job(job_id).status == "completed", shop.show_job(job_id).error_message
    (model,) = [one for one in shop.models() if one.training_job_id == job_id]
    return model


def told(answer: PredictionAnswer) -> dict[str, Any]:
    assert answer.outcome == "predicted", answer.body
    found: dict[str, Any] = json.loads(answer.body)
    return found


def test_an_amount_has_an_interval_and_a_class_has_probabilities(
    server: PredictionServer,
    exchange: PredictionExchange,
    table_model: TrainedModel,
    context: Context,
    shop: Shop,
) -> None:
    amount = told(ask(server, exchange, table_model, {"rows": [FLAT]}))
    assert amount.keys() == {"model_id", "predictions", "intervals", "interval_level"}
    ((lower, upper),) = amount["intervals"]
    assert lower < amount["predictions"][0] < upper
    assert 0.5 < amount["interval_level"] < 1
    large = pd.read_parquet(io.BytesIO(parquet()))
    large = large.assign(size=np.where(large["area"] > 100, "large", "small")).drop(columns="price")
    request = {**REQUEST, "ml_task": "classification", "target_variable": "size"}
    model = trained(context, shop, large, **request)
    classes = told(ask(server, exchange, model, {"rows": [{**FLAT, "area": 150.0}, FLAT]}))
    assert classes.keys() == {"model_id", "predictions", "classes", "probabilities"}
    assert classes["predictions"][0] == "large"
    assert sum(classes["probabilities"][0]) == pytest.approx(1)


def test_a_candidate_may_be_named_or_chosen_for_all(
    server: PredictionServer, exchange: PredictionExchange, context: Context, shop: Shop
) -> None:
    frame = pd.read_parquet(io.BytesIO(parquet()))
    request = {**REQUEST, "model_type": "auto", "time_budget_seconds": 15}
    model = trained(context, shop, frame, **request)
    held = [
        entry["candidate"]
        for entry in model.details["leaderboard"]
        if entry["is_available"] and not entry["is_chosen"]
    ]
    rows = {"rows": [FLAT]}
    own = told(ask(server, exchange, model, rows | {"candidate": held[0]}))
    assert own["candidate"] == held[0]
    chosen = told(ask(server, exchange, model, rows, chosen=held[0]))
    assert "candidate" not in chosen
    assert chosen["predictions"] == own["predictions"]
    as_option = told(ask(server, exchange, model, rows, options={"candidate": held[0]}))
    assert as_option["predictions"] == own["predictions"]
    unknown = ask(server, exchange, model, rows | {"candidate": "oracle"})
    assert unknown.outcome == "refused"
    assert held[0] in json.loads(unknown.body)["detail"]


def test_a_clustering_tells_memberships(
    server: PredictionServer, exchange: PredictionExchange, context: Context, shop: Shop
) -> None:
    random = np.random.default_rng(5)
    centres = random.choice([0.0, 50.0], 200)
    frame = pd.DataFrame({"x": centres + random.normal(0, 1, 200), "y": random.normal(0, 1, 200)})
    model = trained(context, shop, frame, ml_task="clustering", time_budget_seconds=10)
    answer = told(ask(server, exchange, model, {"rows": [{"x": 0, "y": 0}, {"x": 50, "y": 0}]}))
    first, second = answer["predictions"]
    assert first != second
    assert {first, second} <= set(answer["classes"])
    assert [sum(shares) for shares in answer["probabilities"]] == pytest.approx([1, 1])
    clusters = set()
    for entry in model.details["leaderboard"]:
        if entry["is_available"]:
            asked = {"rows": [{"x": 0, "y": 0}], "candidate": entry["candidate"]}
            named = told(ask(server, exchange, model, asked))["classes"]
            (row,) = told(ask(server, exchange, model, asked, operation="explain"))["rows"]
            assert list(row["outputs"]) == named
            clusters.add(tuple(named))
    assert len(clusters) > 1
    ahead = ask(server, exchange, model, {"rows": [{"x": 0, "y": 0}], "horizon": 3})
    assert "this one is a clustering" in json.loads(ahead.body)["detail"]


def test_a_time_series_tells_its_next_periods(
    server: PredictionServer, exchange: PredictionExchange, context: Context, shop: Shop
) -> None:
    days = pd.date_range("2025-01-01", periods=120, freq="D")
    frame = pd.DataFrame({"day": days, "sold": 20.0 + 5 * (np.arange(120) % 7)})
    model = trained(
        context,
        shop,
        frame,
        ml_task="time_series",
        target_variable="sold",
        time_column="day",
        horizon=14,
        time_budget_seconds=15,
    )
    ahead = told(ask(server, exchange, model, {"horizon": 7}))
    assert len(ahead["predictions"]) == len(ahead["intervals"]) == 7
    assert ahead["rows"][0]["day"].startswith("2025-05-01")
    row = {"day": ahead["rows"][2]["day"]}
    assert told(ask(server, exchange, model, {"rows": [row]}))["predictions"] == [
        ahead["predictions"][2]
    ]
    assert len(told(ask(server, exchange, model, {}))["predictions"]) == 14


def test_a_prediction_is_explained_by_its_columns(
    server: PredictionServer, exchange: PredictionExchange, table_model: TrainedModel
) -> None:
    rows = [FLAT, {"area": None, "district": "moon"}]
    answer = told(ask(server, exchange, table_model, {"rows": rows}, operation="explain"))
    assert answer["columns"] == ["area", "district"]
    predicted = told(ask(server, exchange, table_model, {"rows": rows}))["predictions"]
    for row, prediction in zip(answer["rows"], predicted, strict=True):
        output = row["outputs"]["prediction"]
        total = output["base_value"] + sum(output["contributions"].values())
        assert total == pytest.approx(prediction)
    assert next(iter(answer["rows"][0]["outputs"]["prediction"]["contributions"])) == "area"
    many = ask(server, exchange, table_model, {"rows": [FLAT] * 101}, operation="explain")
    assert many.outcome == "refused"
    wrong = ask(server, exchange, table_model, {"rows": [{"area": "x"}]}, operation="explain")
    assert {error["field"] for error in json.loads(wrong.body)["errors"]} == {"area", "district"}


def test_a_model_leaves_as_a_file_or_says_what_it_offers(
    server: PredictionServer, exchange: PredictionExchange, table_model: TrainedModel
) -> None:
    answer = ask(server, exchange, table_model, {}, operation="export", options={"format": "onnx"})
    assert answer.outcome == "predicted", answer.body
    assert answer.file_name == f"{table_model.public_id}-linear.onnx"
    model = onnx.load_from_string(answer.body)
    onnx.checker.check_model(model)
    as_ubj = ask(server, exchange, table_model, {}, operation="export", options={"format": "ubj"})
    assert as_ubj.outcome == "refused"
    assert "available: onnx" in json.loads(as_ubj.body)["detail"]


def test_a_file_that_is_too_large_is_not_sent(
    exchange: PredictionExchange, table_model: TrainedModel, context: Context
) -> None:
    loaded = load_model(DEFAULT_TENANT_ID, table_model.id, Actor("anna"), context)
    request = PredictionRequest(
        tenant_id="",
        actor="",
        model_id="",
        manifest_digest="",
        content_type="",
        accept="",
        body=b"",
        operation="export",
    )
    with pytest.raises(ResourceLimitError, match="EXPORT_MAX_MB"):
        export_model(loaded, request, most_bytes=10)


# The package itself uses pandas in ways that will be dropped.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forecast_by_prophet_is_opened_by_the_package(
    server: PredictionServer, exchange: PredictionExchange, context: Context, shop: Shop
) -> None:
    shop.job(shop.product("bread", DAYS), algorithm="prophet", horizon_days=HORIZON_DAYS)
    run_task(shop.next_task(), context)
    (model,) = shop.models()
    answer = ask(server, exchange, model, {}, operation="export", options={"format": "prophet"})
    assert (answer.outcome, answer.file_name) == ("predicted", f"{model.public_id}-prophet.json")

    opened = model_from_json(answer.body.decode())
    opened.uncertainty_samples = 0
    with shop.sessions() as session:
        stored = session.scalars(select(Forecast).order_by(Forecast.ds)).all()
    ahead = pd.DataFrame({"ds": [row.ds for row in stored]})
    yhat = opened.predict(ahead)["yhat"].clip(lower=0)
    assert yhat.to_numpy() == pytest.approx([row.yhat for row in stored], rel=1e-6)


def test_what_a_forecast_of_a_product_does_not_have(
    server: PredictionServer, exchange: PredictionExchange, forecast_model: TrainedModel
) -> None:
    for operation in ("explain", "export"):
        answer = ask(server, exchange, forecast_model, {"rows": [FLAT]}, operation=operation)
        assert answer.outcome == "refused"
        assert "forecast of a product" in json.loads(answer.body)["detail"]


def test_wrong_columns_are_told_one_by_one(
    server: PredictionServer, exchange: PredictionExchange, table_model: TrainedModel
) -> None:
    answer = ask(server, exchange, table_model, {"rows": [{"area": "large"}]})

    assert answer.outcome == "refused"
    told = json.loads(answer.body)
    assert {error["field"] for error in told["errors"]} == {"area", "district"}
    without_rows = ask(server, exchange, table_model, {"horizon_days": 3})
    assert "rows is missing" in json.loads(without_rows.body)["detail"]


def test_a_load_is_recorded_once_and_the_model_stays(
    server: PredictionServer, exchange: PredictionExchange, table_model: TrainedModel, shop: Shop
) -> None:
    for _ in range(3):
        ask(server, exchange, table_model, {"rows": [{"area": 1, "district": "north"}]})

    assert len(server.cache) == 1
    with shop.sessions() as session:
        (line,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "load")).all()
    assert (line.actor, line.subject_id) == ("anna", table_model.public_id)


def test_another_tenant_gets_nothing_even_of_a_loaded_model(
    server: PredictionServer, exchange: PredictionExchange, table_model: TrainedModel
) -> None:
    body = {"rows": [{"area": 1, "district": "north"}]}
    stranger = uuid4()
    assert ask(server, exchange, table_model, body, tenant_id=stranger).outcome == "unloadable"
    assert ask(server, exchange, table_model, body).outcome == "predicted"
    assert ask(server, exchange, table_model, body, tenant_id=stranger).outcome == "unloadable"


def test_files_that_are_gone_or_changed_are_never_loaded(
    server: PredictionServer,
    exchange: PredictionExchange,
    table_model: TrainedModel,
    context: Context,
) -> None:
    context.store.delete(table_model.manifest_digest)
    answer = ask(server, exchange, table_model, {"rows": []})
    assert answer.outcome == "unloadable"
    detail = json.loads(answer.body)["detail"]
    assert detail.startswith(f"The files of {table_model.public_id} cannot be used (No artifact")
    assert len(server.cache) == 0


def test_a_store_that_is_away_is_told_as_that(
    context: Context,
    exchange: PredictionExchange,
    table_model: TrainedModel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with no_server(monkeypatch) as root:
        server = PredictionServer(replace(context, store=ArtifactStore(root)), exchange)
        answer = ask(server, exchange, table_model, {"rows": [{"area": 1, "district": "north"}]})

    assert answer.outcome == "away"
    assert "does not answer" in json.loads(answer.body)["detail"]


def test_a_request_that_was_taken_back_is_not_worked_on(
    server: PredictionServer, exchange: PredictionExchange, table_model: TrainedModel
) -> None:
    assert not server.serve(uuid4())


def test_whether_a_worker_is_there(exchange: PredictionExchange) -> None:
    request = PredictionRequest(
        tenant_id="",
        actor="",
        model_id="",
        manifest_digest="",
        content_type="",
        accept="",
        body=b"\n\x00",
    )
    first, second = uuid4(), uuid4()
    assert not exchange.put(first, request)
    exchange.announce()
    assert exchange.put(second, request)
    assert exchange.take(second) == request
    assert exchange.take(second) is None
    exchange.withdraw(first)
    assert exchange.take(first) is None


def test_the_cache_keeps_what_was_used_last_within_its_bounds() -> None:
    loads: list[str] = []

    def get(cache: ModelCache, name: str, size: int = 10) -> None:
        def load() -> LoadedModel:
            loads.append(name)
            table = LoadedTable(None, None, (), None)
            return LoadedModel(
                model_id=uuid4(),
                tenant_id=uuid4(),
                product_id=None,
                public_id=name,
                fitted=table,
                size=size,
            )

        cache.get(name, load)

    cache = ModelCache(max_models=2, max_bytes=100)
    for name in ("a", "b", "a", "c", "a", "b"):
        get(cache, name)
    assert loads == ["a", "b", "c", "b"]
    get(cache, "huge", size=101)
    assert len(cache) == 0
    get(cache, "d", size=60)
    get(cache, "e", size=60)
    assert len(cache) == 1


def test_a_request_of_many_rows_is_refused(
    context: Context, exchange: PredictionExchange, table_model: TrainedModel
) -> None:
    assert context.settings == Settings(lease_seconds=20)
    server = PredictionServer(context, exchange)
    rows = [{"area": 1}] * (context.settings.prediction_max_rows + 1)
    answer = ask(server, exchange, table_model, {"rows": rows})
    assert answer.outcome == "refused"
    assert "accepted: up to 100,000" in json.loads(answer.body)["detail"]
