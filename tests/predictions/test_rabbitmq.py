"""The same way over RabbitMQ: ids through the broker, rows and answers through Redis."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from core.embedded import EmbeddedValkey
from tests.fixtures.served import start_api
from tests.predictions.conftest import ANSWERS_WITHIN_S, Predicting, prediction_worker
from tests.worker.rabbitmq import RabbitMQ, why_absent


@pytest.mark.rabbitmq
@pytest.mark.skipif(why_absent() is not None, reason=why_absent() or "")
def test_a_prediction_over_rabbitmq(
    predicting: Predicting, own_valkey: Callable[[], EmbeddedValkey], tmp_path: Path
) -> None:
    settings, valkey = predicting.settings, own_valkey()
    node = RabbitMQ(tmp_path)
    node.start()
    with ExitStack() as stack:
        stack.callback(node.stop)
        brokers = {"broker_url": node.url}
        served = start_api(stack, tmp_path, predicting.served.database_url, valkey, brokers)
        on_rabbitmq = settings.model_copy(update={**brokers, "redis_url": valkey.url})
        stack.enter_context(prediction_worker(on_rabbitmq, tmp_path / "predictions.log"))
        url = f"{served.url}/api/v1/models/{predicting.table.public_id}/predict"
        rows = {"rows": [{"area": 50, "district": "north"}]}
        answer = httpx.post(url, json=rows, timeout=ANSWERS_WITHIN_S)
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["predictions"]) == 1
