"""Model Studio's socket: what it accepts, how it refuses, and a job that outlives its watcher."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from core.artifacts import ArtifactStore
from core.embedded import EmbeddedPostgres
from db.tables import TrainingJob
from tests.api.running_job import RunningJob
from tests.fixtures.served import Served, served_apart
from tests.fixtures.sockets import connect
from tests.fixtures.waiting import PATIENCE_S, eventually

PARQUET = b"PAR1" + bytes(range(256)) * 20 + b"PAR1"
REQUEST = {
    "action": "start_training",
    "ml_task": "regression",
    "target_variable": "price",
    "model_type": "auto",
    "task_name": "Prices",
    "test_size": 0.25,
}


def with_file(file: bytes = PARQUET, **changes: Any) -> str:
    return json.dumps(REQUEST | {"file_data": base64.b64encode(file).decode()} | changes)


def answer(connection: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(connection.recv(timeout=PATIENCE_S))
    return message


def stored_job(served: Served) -> TrainingJob:
    with served.sessions() as session:
        return session.scalars(select(TrainingJob).order_by(TrainingJob.created_at.desc())).all()[0]


def take_job(served: Served) -> RunningJob:
    """The one that waits: whatever a test here begins, it ends."""

    def waiting() -> UUID | None:
        with served.sessions() as session:
            return session.scalar(select(TrainingJob.id).where(TrainingJob.status == "pending"))

    return RunningJob.take(served.sessions, served.stream, eventually(waiting))


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, template_database: str
) -> Iterator[Served]:
    directory = tmp_path_factory.mktemp("studio")
    with served_apart(directory, postgres, template_database, {"max_upload_mb": 1}) as running:
        yield running


def test_a_file_is_stored_and_trained_with_live_progress(served: Served) -> None:
    with connect(served.studio_url) as connection:
        connection.send(with_file())
        job = take_job(served)
        job.report(3, logs=["Iteration 1"], current_algorithm="xgboost", iteration=1)
        job.finish()
        messages = [json.loads(text) for text in connection]
        assert connection.protocol.close_code == 1000
    assert [message["type"] for message in messages] == ["progress"] * 5 + ["completed"]
    shown = messages[3]
    assert shown["phase"] == "training"
    assert shown["progress"] == 58.33
    assert shown["message"] == "Training XGBoost model (iteration 2/3)"
    assert shown["metrics"] == {"current_algorithm": "xgboost", "iteration": 1}
    assert shown["logs"] == ["Iteration 1"]
    assert all(message["timestamp"].endswith("Z") for message in messages)
    end = messages[-1]
    assert end["phase"] == "completed"
    assert end["progress"] == 100.0
    assert end["metrics"]["test_accuracy"] == 0.88
    assert end["metrics"]["algorithm"] == "xgboost"
    assert end["model_file_path"] == f"./models/{end['model_id']}/model.pkl"
    assert end["preprocessing_file_path"] == f"./models/{end['model_id']}/preprocessing.pkl"
    assert f"Model saved: {end['model_id']}" in end["logs"]

    row = stored_job(served)
    assert row.request == {
        "ml_task": "regression",
        "target_variable": "price",
        "model_type": "auto",
        "task_name": "Prices",
        "test_size": 0.25,
    }
    assert row.upload_digest is not None
    assert ArtifactStore(str(served.data / "models")).read(row.upload_digest) == PARQUET
    status = httpx.get(f"{served.url}/api/v1/training/status/{row.id}", timeout=PATIENCE_S).json()
    assert status["status"] == "completed"
    assert status["model"]["model_id"] == end["model_id"]
    assert status["metrics"]["test_accuracy"] == 0.88
    assert list(served.data.joinpath("uploads").iterdir()) == []


OPTIONS = {
    "timeout_seconds": 600,
    "time_budget_seconds": 30.0,
    "exclude_columns": ["id", "street, number"],
    "time_column": "sold_at",
    "group_column": "town",
    "horizon": 14,
    "metric": "mae",
    "seed": 7,
    "max_predict_ms": 20.0,
}


@pytest.mark.parametrize("ml_task", ["classification", "regression", "clustering", "time_series"])
def test_every_option_reaches_the_worker(served: Served, ml_task: str) -> None:
    target = {"target_variable": None} if ml_task == "clustering" else {}
    with connect(served.studio_url) as connection:
        connection.send(with_file(ml_task=ml_task, **target, **OPTIONS))
        take_job(served).finish()
        *_, end = (json.loads(text) for text in connection)
    assert end["type"] == "completed"
    row = stored_job(served)
    assert row.timeout_seconds == 600
    wanted = REQUEST | OPTIONS | {"ml_task": ml_task} | target
    sent = {name for name, value in wanted.items() if value is not None}
    assert row.request == {name: wanted[name] for name in sent - {"action", "timeout_seconds"}}


def test_words_during_the_training_do_not_end_it_for_the_client(served: Served) -> None:
    with connect(served.studio_url) as connection:
        connection.send(with_file())
        job = take_job(served)
        for word in ("hello", b"\x00", '{"type": "ping"}'):
            connection.send(word)
        answers: list[str] = []
        while len(answers) < 3:
            kind = answer(connection)["type"]
            answers += [] if kind == "progress" else [kind]
        job.report(3)
        job.finish()
        types = [json.loads(text)["type"] for text in connection]
    assert answers == ["warning", "warning", "pong"]
    assert types[-1] == "completed"
    assert "error" not in types


def test_a_binary_message_may_carry_the_file(served: Served) -> None:
    with connect(served.studio_url) as connection:
        connection.send(json.dumps(REQUEST))
        connection.send(PARQUET)
        take_job(served).fail()
        messages = [json.loads(text) for text in connection]
    assert messages[-1]["type"] == "error"
    assert messages[-1]["message"] == "Training failed: Target variable 'y' not found in data"


def test_a_large_file_with_escaped_slashes_arrives_whole(served: Served) -> None:
    file = b"PAR1" + bytes(range(256)) * 3900
    text = with_file(file).replace("/", "\\/")
    with connect(served.studio_url) as connection:
        connection.send(text)
        job = take_job(served)
        connection.close()
    digest = stored_job(served).upload_digest
    assert digest is not None
    assert ArtifactStore(str(served.data / "models")).read(digest) == file
    job.finish()
    assert stored_job(served).status == "completed"


def test_messages_are_compressed_both_ways_for_who_offers_it(served: Served) -> None:
    with connect(served.studio_url, compression="deflate") as connection:
        (agreed,) = connection.protocol.extensions
        assert agreed.name == "permessage-deflate"
        connection.send(with_file(b"PAR1" + bytes(900_000)))
        take_job(served).finish()
        types = [json.loads(text)["type"] for text in connection]
    assert types[-1] == "completed"
    with connect(served.studio_url, compression=None) as connection:
        assert connection.protocol.extensions == []


@pytest.mark.parametrize(
    ("message", "told", "code"),
    [
        ("{not json", "not valid JSON", 1003),
        ("[1, 2]", "not a JSON object", 1003),
        ("[" * 50_000, "not valid JSON", 1003),
        (with_file(action="stop"), "start_training", 1003),
        (json.dumps({"file_data": "UEFSMQ=="}), "action", 1003),
        (with_file(ml_task="poetry"), "ml_task", 1003),
        (with_file(target_variable=None), "target_variable is required", 1003),
        (with_file(ml_task="time_series", target_variable=None), "target_variable is", 1003),
        (with_file(exclude_columns=["area", "price"]), "names the target variable", 1003),
        (with_file(exclude_columns="area"), "exclude_columns", 1003),
        (with_file(time_budget_seconds=90, timeout_seconds=60), "at most timeout_seconds", 1003),
        (with_file(time_budget_seconds=100_000), "time_budget_seconds", 1003),
        (with_file(horizon=0), "horizon", 1003),
        (with_file(seed=-1), "seed", 1003),
        (with_file(max_predict_ms=0), "max_predict_ms", 1003),
        (with_file(test_size=1.5), "test_size", 1003),
        (with_file(test_size="NaN"), "test_size", 1003),
        (with_file(colour="red"), "colour", 1003),
        (with_file(b"date,quantity\n2026-01-01,5\n"), "not a Parquet file", 1003),
        (with_file(b""), "not a Parquet file", 1003),
        (json.dumps(REQUEST | {"file_data": "%%%%"}), "not valid Base64", 1003),
        (json.dumps(REQUEST | {"file_data": "UEFSMQ="}), "not valid Base64", 1003),
        (json.dumps(REQUEST | {"file_data": 5}), "file_data", 1003),
        (json.dumps(REQUEST)[:-1] + ', "file_data": "UEFS', "file_data has no end", 1003),
        (with_file(b"PAR1" + bytes(1_100_000)), "Message size exceeds limit", 1009),
        ("x" * 3_000_000, "Message size exceeds limit", 1009),
        (PARQUET, "first message must be the JSON request", 1003),
    ],
)
def test_hostile_messages_get_the_documented_error(
    shared_served: Served, message: str | bytes, told: str, code: int
) -> None:
    with connect(shared_served.studio_url) as connection:
        connection.send(message)
        error = answer(connection)
        assert error.keys() >= {"type", "message", "timestamp"}
        assert error["type"] == "error"
        assert told in error["message"]
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=PATIENCE_S)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code
    assert httpx.get(f"{shared_served.url}/healthz", timeout=PATIENCE_S).status_code == 200


@pytest.mark.parametrize("first", [None, json.dumps(REQUEST)])
def test_silence_is_ended_with_an_error(shared_served: Served, first: str | None) -> None:
    with connect(shared_served.studio_url) as connection:
        if first is not None:
            connection.send(first)
        error = answer(connection)
        assert "within 2 seconds" in error["message"]
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=PATIENCE_S)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008
