"""The API's side of predictions: nobody to ask, too many at once, Redis or the broker away."""

import threading
from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy.orm import Session

from api.errors import (
    ApiError,
    PredictionTimeoutError,
    TooManyPredictionsError,
    UnavailableError,
)
from api.predictions.predictor import Predictor
from api.predictions.queue import PredictionQueue
from core.embedded import free_port
from core.predictions import PredictionAnswer, PredictionExchange, PredictionRequest
from db.tables import DEFAULT_TENANT_ID, ModelMetrics, Product, TrainedModel

REQUEST = PredictionRequest(
    tenant_id=str(DEFAULT_TENANT_ID),
    actor="anna",
    model_id="m",
    manifest_digest="0" * 64,
    content_type="application/json",
    accept="application/json",
    body=b"{}",
)
ANSWER = PredictionAnswer(outcome="predicted", content_type="application/json", body=b"[]")


@pytest.fixture
def exchange(valkey_url: str, key_prefix: str) -> Iterator[PredictionExchange]:
    opened = PredictionExchange(valkey_url, timeout_s=5, prefix=key_prefix)
    yield opened
    opened.close()


def yes() -> bool:
    return True


def test_an_answer_comes_back(exchange: PredictionExchange) -> None:
    exchange.announce()

    def answer(prediction_id: UUID) -> None:
        assert exchange.take(prediction_id) == REQUEST
        exchange.answer(prediction_id, ANSWER)

    assert Predictor(exchange, answer, timeout_s=5, max_waiting=1).ask(REQUEST, yes) == ANSWER


def test_without_a_worker_nothing_is_sent(exchange: PredictionExchange) -> None:
    sent: list[UUID] = []
    predictor = Predictor(exchange, sent.append, timeout_s=5, max_waiting=1)
    with pytest.raises(UnavailableError, match="No prediction worker is running"):
        predictor.ask(REQUEST, yes)
    assert sent == []


def test_only_so_many_wait_and_a_place_comes_free(exchange: PredictionExchange) -> None:
    exchange.announce()
    sent: list[UUID] = []
    is_sent = threading.Event()

    def send(prediction_id: UUID) -> None:
        sent.append(prediction_id)
        is_sent.set()

    predictor = Predictor(exchange, send, timeout_s=5, max_waiting=1)
    waiting = threading.Thread(target=predictor.ask, args=(REQUEST, yes))
    waiting.start()
    assert is_sent.wait(30)
    with pytest.raises(TooManyPredictionsError, match="PREDICTION_MAX_WAITING"):
        predictor.ask(REQUEST, yes)
    exchange.answer(sent[0], ANSWER)
    waiting.join()
    quick = Predictor(exchange, send, timeout_s=0.2, max_waiting=1)
    for _ in range(2):
        with pytest.raises(PredictionTimeoutError, match=r"within 0\.2 seconds"):
            quick.ask(REQUEST, yes)
    assert exchange.take(sent[-1]) is None, "what timed out is not worked on"


def test_a_broker_that_is_down_is_told_at_once(exchange: PredictionExchange) -> None:
    exchange.announce()
    queue = PredictionQueue(f"redis://127.0.0.1:{free_port()}/0", expires_s=5)
    with pytest.raises(UnavailableError, match="broker does not answer"):
        Predictor(exchange, queue.send, timeout_s=5, max_waiting=1).ask(REQUEST, yes)


def test_a_redis_that_is_down_is_told_at_once() -> None:
    lost = PredictionExchange(f"redis://127.0.0.1:{free_port()}/0", timeout_s=5)
    with pytest.raises(UnavailableError, match="Redis does not answer") as refused:
        Predictor(lost, print, timeout_s=5, max_waiting=1).ask(REQUEST, yes)
    assert isinstance(refused.value, ApiError)
    assert isinstance(refused.value.__cause__, RedisConnectionError)


def test_over_http_nobody_to_ask_says_what_to_do(
    http: httpx.Client, session: Session, bakery: list[Product]
) -> None:
    model = TrainedModel(
        public_id="model-20260101-00000000",
        tenant_id=DEFAULT_TENANT_ID,
        product_id=bakery[0].id,
        ml_task="forecast",
        model_version="1",
        model_path="",
        manifest_digest="0" * 64,
    )
    session.add(model)
    session.flush()
    session.add(ModelMetrics(model_id=model.id, tenant_id=DEFAULT_TENANT_ID, wape=0.2))
    session.commit()
    answer = http.post(f"/api/v1/models/{model.public_id}/predict", json={})
    assert answer.status_code == 503
    assert "celery --app worker.app:predictions" in answer.json()["detail"]
    assert answer.headers["Retry-After"]
    live = http.get(f"/api/v1/training/models/{model.id}/live").json()
    assert (live["scored_points"], live["backtest_wape"], live["periods"]) == (0, 0.2, [])
    assert http.get("/api/v1/models/model-of-nobody/live").status_code == 404
    assert http.post("/api/v1/models/model-of-nobody/predict", json={}).status_code == 404
