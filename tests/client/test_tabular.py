"""Training on a Parquet file: sent over the socket, followed through a cut, uploaded when large."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.server import ServerConnection

from client import Client, TableRequest
from client.errors import InvalidInputError, ServiceFailedError
from client.progress import ProgressMessage, StudioUpdate
from client.tabular import LARGEST_SOCKET_UPLOAD, as_updates
from tests.client.peer import SocketPeer, http_peer, message, socket_peer, tell

REQUEST = TableRequest(target_variable="rent", ml_task="regression")
COMPLETED = {
    "type": "completed",
    "metrics": {"test_accuracy": 0.9},
    "model_id": "model-20260130-a1b2c3d4",
    "job_id": "job-1",
    "seq": 9,
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "homes.parquet"
    path.write_bytes(b"PAR1 stands for a table PAR1")
    return path


def step(seq: int) -> dict[str, Any]:
    progress = {"type": "progress", "phase": "training", "progress": 50.0, "message": "Fitting"}
    return progress | {"job_id": "job-1", "seq": seq}


def updates_of(peer: SocketPeer, file: Path) -> Sequence[StudioUpdate]:
    with socket_peer(peer), Client(peer.url, sleep=[].append) as studio:
        return list(studio.train_parquet(file, REQUEST))


def test_the_request_and_the_file_are_sent(file: Path) -> None:
    received: list[str | bytes] = []

    def visit(connection: ServerConnection) -> None:
        received.extend([connection.recv(), connection.recv()])
        tell(step(1), COMPLETED)(connection)

    seen = updates_of(SocketPeer([visit]), file)

    assert json.loads(received[0]) == {
        "action": "start_training",
        "ml_task": "regression",
        "target_variable": "rent",
        "model_type": "auto",
        "test_size": 0.2,
    }
    assert received[1] == file.read_bytes()
    assert [one.type for one in seen] == ["progress", "completed"]
    assert seen[-1].metrics["test_accuracy"] == 0.9


def test_a_cut_training_is_followed_by_its_job(file: Path) -> None:
    def cut(connection: ServerConnection) -> None:
        connection.recv()
        connection.recv()
        tell(step(1), step(2))(connection)
        connection.close(1011)

    task = {"phase": "evaluation", "percentage": 90.0, "message": "Testing", "logs": ["a"]}
    result = {"metrics": {"test_accuracy": 0.8}, "model_id": "model-20260130-a1b2c3d4"}
    rest = tell(
        message(3, product=task, event="task_progress"),
        message(4, product=task, event="task_completed"),
        message(5, "training_completed", result=result, event="job_completed"),
    )
    peer = SocketPeer([cut, rest])

    seen = updates_of(peer, file)

    assert [(one.type, one.seq) for one in seen] == [
        ("progress", 1),
        ("progress", 2),
        ("progress", 3),
        ("completed", 5),
    ]
    assert peer.paths[1] == "/api/v1/training/ws/job-1?after=2"
    assert seen[2].raw["phase"] == "evaluation"
    assert seen[2].progress == 90.0
    assert seen[3].model_id == "model-20260130-a1b2c3d4"


def test_a_refused_request_is_an_update_that_says_why(file: Path) -> None:
    def refuse(connection: ServerConnection) -> None:
        tell({"type": "error", "message": "Training failed: no"})(connection)

    (update,) = updates_of(SocketPeer([refuse]), file)

    assert (update.type, update.message, update.job_id) == ("error", "Training failed: no", None)


def test_a_refused_handshake_is_an_error(file: Path) -> None:
    with pytest.raises(InvalidInputError):
        updates_of(SocketPeer([400]), file)


def test_a_connection_that_closes_before_the_training_began_is_an_error(file: Path) -> None:
    with pytest.raises(ServiceFailedError, match="before the training began"):
        updates_of(SocketPeer([tell()]), file)


def test_a_large_file_goes_over_http(tmp_path: Path) -> None:
    large = tmp_path / "large.parquet"
    with large.open("wb") as file:
        file.truncate(LARGEST_SOCKET_UPLOAD + 1)
    accepted = (202, {"job_id": "job-1", "status": "pending"})
    ended = {
        "job_id": "job-1",
        "status": "failed",
        "progress_seq": 3,
        "current_step": "Too few rows",
    }

    with http_peer(accepted, *[(503, {})] * 4, (200, ended)) as peer:
        with Client(peer.url, sleep=[].append) as studio:
            (update,) = studio.train_parquet(large, REQUEST)

        method, path, headers, size = peer.requests[0]

    assert (method, path) == ("POST", "/api/v1/models")
    assert headers["Content-Type"].startswith("multipart/form-data")
    assert size > LARGEST_SOCKET_UPLOAD
    assert (update.type, update.message) == ("error", "Training failed: Too few rows")


def test_a_stopped_training_is_an_error_update() -> None:
    stopped = ProgressMessage.decode(message(4, "training_cancelled"))

    assert [one.message for one in as_updates([stopped])] == ["Training cancelled"]


def test_every_option_is_sent_in_a_message_and_in_a_form() -> None:
    request = TableRequest(
        ml_task="clustering",
        time_budget_seconds=30,
        exclude_columns=["id", "street, number"],
        seed=7,
        max_predict_ms=5,
    )

    asked = request.fields()
    assert "target_variable" not in asked
    assert asked["exclude_columns"] == ["id", "street, number"]
    assert (asked["time_budget_seconds"], asked["seed"], asked["max_predict_ms"]) == (30, 7, 5)
    assert request.form() == {
        "ml_task": "clustering",
        "model_type": "auto",
        "test_size": "0.2",
        "time_budget_seconds": "30",
        "exclude_columns": '["id", "street, number"]',
        "seed": "7",
        "max_predict_ms": "5",
    }
