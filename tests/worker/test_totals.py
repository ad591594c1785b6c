"""The forecasts in use, added up by a prediction worker."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from core.predictions import PredictionAnswer, PredictionExchange, PredictionRequest
from db.tables import DEFAULT_TENANT_ID, Forecast, ForecastDetails, Product
from tests.worker.support import Shop
from worker.context import Context
from worker.predictions.serving import PredictionServer
from worker.training import run_task

DAYS, HORIZON_DAYS = 120, 14
CATEGORIES = {"bun": "Bread", "roll": "Bread", "tart": "Cake"}


@pytest.fixture
def exchange(valkey_url: str, key_prefix: str) -> Iterator[PredictionExchange]:
    opened = PredictionExchange(valkey_url, timeout_s=60, prefix=key_prefix)
    yield opened
    opened.close()


@pytest.fixture
def server(context: Context, exchange: PredictionExchange) -> PredictionServer:
    return PredictionServer(context, exchange)


@pytest.fixture
def bakery(context: Context, shop: Shop) -> None:
    products = [shop.product(sku, DAYS) for sku in CATEGORIES]
    with shop.sessions.begin() as session:
        for sku, category in CATEGORIES.items():
            session.execute(update(Product).where(Product.sku == sku).values(category=category))
    shop.slots(len(products))
    shop.job(*products, algorithm="seasonal_naive", horizon_days=HORIZON_DAYS)
    for dispatch in shop.hand_out(len(products)):
        run_task(dispatch.task_id, context)


def ask(
    server: PredictionServer,
    exchange: PredictionExchange,
    tenant_id: UUID = DEFAULT_TENANT_ID,
    **options: str,
) -> PredictionAnswer:
    prediction_id = uuid4()
    request = PredictionRequest(
        tenant_id=str(tenant_id), actor="anna", operation="totals", options=options
    )
    exchange.put(prediction_id, request)
    assert server.serve(prediction_id)
    answer = exchange.wait(prediction_id, 1)
    assert answer is not None
    return answer


def told(answer: PredictionAnswer) -> dict[str, Any]:
    assert answer.outcome == "predicted", answer.body
    found: dict[str, Any] = json.loads(answer.body)
    return found


@pytest.mark.usefixtures("bakery")
def test_totals_are_the_sums_of_the_stored_forecasts(
    server: PredictionServer, exchange: PredictionExchange, shop: Shop
) -> None:
    totals = told(ask(server, exchange))["totals"]
    assert [(one["category"], one["products"]) for one in totals] == [
        (None, 3),
        ("Bread", 2),
        ("Cake", 1),
    ]
    with shop.sessions() as session:
        stored = session.scalars(select(Forecast.yhat)).all()
    assert len(totals[0]["forecast"]) == HORIZON_DAYS
    assert sum(one["yhat"] for one in totals[0]["forecast"]) == pytest.approx(sum(stored))
    first = totals[0]["forecast"][0]
    assert first["yhat_lower"] <= first["yhat"] <= first["yhat_upper"]


@pytest.mark.usefixtures("bakery")
def test_means_are_added_up_where_a_forecast_tells_medians(
    server: PredictionServer, exchange: PredictionExchange, shop: Shop
) -> None:
    before = told(ask(server, exchange))["totals"][0]["forecast"]
    with shop.sessions.begin() as session:
        details = session.scalars(select(ForecastDetails)).first()
        assert details is not None
        assert details.errors["untold"] == []
        details.errors = {**details.errors, "untold": [0.4] * HORIZON_DAYS}

    after = told(ask(server, exchange))["totals"][0]["forecast"]

    more = [now["yhat"] - then["yhat"] for now, then in zip(after, before, strict=True)]
    assert more == pytest.approx([0.4] * HORIZON_DAYS)


@pytest.mark.usefixtures("bakery")
def test_reconciled_totals_add_up_too(
    server: PredictionServer, exchange: PredictionExchange
) -> None:
    found = told(ask(server, exchange, method="reconciled", interval_width="0.8"))
    everything, bread, cake = ([day["yhat"] for day in one["forecast"]] for one in found["totals"])
    assert everything == pytest.approx([a + b for a, b in zip(bread, cake, strict=True)])
    assert (found["method"], found["interval_width"]) == ("reconciled", 0.8)
    assert "MinT" in found["assumption"]


@pytest.mark.usefixtures("bakery")
def test_what_is_not_in_use_or_not_offered_any_more_does_not_count(
    server: PredictionServer, exchange: PredictionExchange, shop: Shop
) -> None:
    with shop.sessions.begin() as session:
        session.execute(update(Product).where(Product.sku == "tart").values(is_active=False))
    totals = told(ask(server, exchange))["totals"]
    assert [one["category"] for one in totals] == [None, "Bread"]


@pytest.mark.usefixtures("bakery")
def test_forecasts_of_others_do_not_count_and_without_any_the_answer_says_what_to_do(
    server: PredictionServer, exchange: PredictionExchange
) -> None:
    answer = ask(server, exchange, uuid4())
    assert answer.outcome == "refused"
    assert "train the products" in json.loads(answer.body)["detail"]


@pytest.mark.usefixtures("bakery")
def test_a_training_stores_what_its_forecast_consists_of(shop: Shop) -> None:
    with shop.sessions() as session:
        details = session.scalars(select(ForecastDetails)).all()
    assert len(details) == len(CATEGORIES)
    for one in details:
        rows = {len(one.quantiles["values"]), len(one.drivers["values"])}
        assert rows == {len(one.drivers["effects"])} == {HORIZON_DAYS}
        assert one.quantiles["values"][0] == sorted(one.quantiles["values"][0])
        assert len(one.errors["moments"]) == len(one.errors["values"]) > HORIZON_DAYS
