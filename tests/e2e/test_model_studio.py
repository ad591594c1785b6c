"""The Model Studio document, field by field and phase by phase, in trainings of every task."""

import base64
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.contract import model_studio as document
from tests.api.contract.shapes import differences
from tests.e2e.service import ROOT, Service
from tests.e2e.studio_tables import Table, all_tables
from tests.fixtures.sockets import connect
from tests.fixtures.waiting import PATIENCE_S

SECONDS = 3
TABLES = all_tables()


@dataclass(frozen=True)
class Training:
    """One training as its watcher saw it."""

    messages: list[dict[str, Any]]
    close_code: int | None

    @property
    def steps(self) -> list[dict[str, Any]]:
        return self.messages[:-1]

    @property
    def end(self) -> dict[str, Any]:
        return self.messages[-1]

    def of(self, phase: str) -> list[dict[str, Any]]:
        return [step for step in self.steps if step["phase"] == phase]


@pytest.fixture(scope="module", params=document.TASKS)
def table(request: pytest.FixtureRequest) -> Table:
    return TABLES[request.param]


@pytest.fixture(scope="module")
def training(service: Service, table: Table) -> Training:
    return train(service, table)


def train(service: Service, table: Table, **changes: Any) -> Training:
    with connect(studio_url(service)) as connection:
        connection.send(start_message(table, **changes))
        messages = [json.loads(text) for text in connection]
        return Training(messages, connection.protocol.close_code)


def start_message(table: Table, **changes: Any) -> str:
    fields = table.request | {
        "action": "start_training",
        "file_data": base64.b64encode(table.file).decode(),
        "model_type": "auto",
        "task_name": "Contract",
        "test_size": 0.2,
        "time_budget_seconds": SECONDS,
    }
    return json.dumps(fields | changes)


def studio_url(service: Service) -> str:
    return service.url.replace("http", "ws", 1) + document.SOCKET


def moment(message: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(message["timestamp"])


def test_it_completes_and_says_goodbye(training: Training) -> None:
    assert training.end["type"] == "completed", training.end
    assert training.close_code == 1000


def test_every_field_of_progress(training: Training) -> None:
    assert training.steps
    for step in training.steps:
        assert list(differences(step, document.PROGRESS)) == []
        assert step["type"] == "progress"
        assert step["message"]


def test_phases_come_in_their_order_and_stay_in_their_ranges(training: Training) -> None:
    seen = [phase for phase, _ in groupby(step["phase"] for step in training.messages)]
    assert seen == list(document.PHASES)
    for message in training.messages:
        lowest, highest = document.PHASES[message["phase"]]
        assert lowest <= message["progress"] <= highest, message


def test_progress_never_goes_back(training: Training) -> None:
    for earlier, later in pairwise(training.messages):
        assert earlier["progress"] <= later["progress"]
        assert earlier["seq"] < later["seq"]
        assert moment(earlier) <= moment(later)


@pytest.mark.parametrize(("phase", "least_s"), [("data_loading", 1), ("preprocessing", 2)])
def test_rate_of_quiet_phases(training: Training, phase: str, least_s: float) -> None:
    # What is told of a job before its worker speaks stands in the first phase, too.
    told = [step for step in training.of(phase) if step["progress"] > 0]
    for earlier, later in pairwise(told):
        assert (moment(later) - moment(earlier)).total_seconds() > 0.9 * least_s


def test_the_evaluation_is_told_at_its_completion(training: Training) -> None:
    (step,) = training.of("evaluation")
    assert step["progress"] == 95


def test_metrics_of_the_training(service: Service, table: Table) -> None:
    """Followed until all are told, as a few seconds of a busy machine may hold no iteration."""
    told: dict[str, Any] = {}
    with connect(studio_url(service)) as connection:
        connection.send(start_message(table, time_budget_seconds=120))
        for message in map(json.loads, connection):
            if message["phase"] == "training":
                told |= message["metrics"]
            if told.keys() >= document.TRAINING_METRICS.keys():
                break
    stopped = service.http.post(
        f"{service.url}/api/v1/training/stop/{message['job_id']}", json={"mode": "abort"}
    )
    assert stopped.status_code in {202, 409}, "it may have ended meanwhile"
    assert list(differences(told, document.TRAINING_METRICS, "metrics")) == []
    assert 0 <= told["validation_accuracy"] <= 1
    assert 0 < told["iteration"] <= told["total_iterations"]


def test_logs_are_told(training: Training) -> None:
    lines = [line for step in training.steps for line in step["logs"]]
    assert lines
    assert all(isinstance(line, str) and line for line in lines)


def test_every_field_of_the_completion(training: Training) -> None:
    end = training.end
    assert list(differences(end, document.COMPLETED)) == []
    assert end["message"] == document.COMPLETED_MESSAGE
    metrics, model_id = end["metrics"], end["model_id"]
    assert metrics.keys() >= set(document.OF_AMOUNTS)
    assert 0 <= metrics["test_accuracy"] <= 1
    assert 0 <= metrics["train_accuracy"] <= 1
    assert end["model_file_path"] == f"./models/{model_id}/model.pkl"
    assert end["preprocessing_file_path"] == f"./models/{model_id}/preprocessing.pkl"
    assert end["logs"] == [
        f"Model saved: {model_id}",
        f"Model file: {end['model_file_path']}",
        f"Preprocessing file: {end['preprocessing_file_path']}",
        f"Total training time: {metrics['total_time_seconds']:.2f} seconds",
    ]


def test_numbers_of_a_regression(service: Service) -> None:
    end = train(service, TABLES["regression"], model_type="linear").end
    assert all(isinstance(end["metrics"][name], float) for name in document.OF_AMOUNTS)


def test_the_details_tell_all_of_it(service: Service, training: Training) -> None:
    end = training.end
    told = service.get(f"status/{end['job_id']}")
    assert told["status"] == "completed"
    assert (told["phase"], told["progress"], told["progress_percentage"]) == ("completed", 100, 100)
    assert told["metrics"].items() <= end["metrics"].items()
    assert told["logs"] == end["logs"]
    assert told["model"]["model_id"] == end["model_id"]
    assert told["model_file_path"] == end["model_file_path"]
    assert told["preprocessing_file_path"] == end["preprocessing_file_path"]


def test_whoever_comes_back_misses_nothing(service: Service, training: Training) -> None:
    middle = training.messages[len(training.messages) // 2]["seq"]
    url = service.url.replace("http", "ws", 1)
    with connect(f"{url}/api/v1/training/ws/{training.end['job_id']}?after={middle}") as again:
        numbers = [json.loads(text)["seq"] for text in again]
    assert numbers == list(range(middle + 1, training.end["seq"] + 1))


def test_the_model_tells_what_it_is(service: Service, table: Table, training: Training) -> None:
    model = f"{service.url}/api/v1/models/{training.end['model_id']}"
    board = httpx.get(f"{model}/leaderboard", timeout=PATIENCE_S).json()
    assert board["chosen_candidate"] in [entry["candidate"] for entry in board["entries"]]
    assert httpx.get(f"{model}/profile", timeout=PATIENCE_S).json()["profile"]
    explained = httpx.get(f"{model}/explanation", timeout=PATIENCE_S).json()
    assert explained["ml_task"] == table.ml_task
    assert explained["sections"]
    page = httpx.get(f"{model}/card", headers={"Accept": "text/html"}, timeout=PATIENCE_S)
    assert page.text.lstrip().lower().startswith("<!doctype html>")
    assert httpx.get(f"{model}/card", timeout=PATIENCE_S).text.startswith("# ")


def test_the_example_client(service: Service, table: Table, tmp_path: Path) -> None:
    file = tmp_path / "table.parquet"
    file.write_bytes(table.file)
    asked = [str(file), *([table.target] if table.target else []), "--task", table.ml_task]
    command = ["examples/s1_train_from_parquet.py", *asked, "--url", service.url]
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Model ID: model-" in done.stdout
    assert re.search(r"^Test accuracy: [01]\.\d", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("ml_task", ["classification", "regression", "time_series"])
def test_a_missing_target_lists_the_columns(service: Service, ml_task: str) -> None:
    ended = train(service, TABLES[ml_task], target_variable="absent")
    columns = {
        "classification": ["area", "town", "is_large"],
        "regression": ["area", "town", "rent"],
        "time_series": ["day", "visitors"],
    }[ml_task]
    assert list(differences(ended.end, document.ERROR)) == []
    assert ended.end["type"] == "error"
    wanted = document.MISSING_TARGET.format(target="absent", columns=columns)
    assert ended.end["message"] == wanted
    assert ended.close_code == 1000


def test_leaving_does_not_stop_the_training_and_its_end_is_found(service: Service) -> None:
    with connect(studio_url(service)) as connection:
        connection.send(start_message(TABLES["regression"], time_budget_seconds=120))
        job_id = json.loads(connection.recv(timeout=PATIENCE_S))["job_id"]

    def is_told_in_the_middle() -> bool:
        told = service.get(f"status/{job_id}")
        return told["status"] == "running" and 0 < told["progress"] < 100 and bool(told["metrics"])

    service.wait_until(is_told_in_the_middle, 120)
    service.post(f"stop/{job_id}", json={"mode": "finish"})
    service.wait_until(lambda: service.get(f"status/{job_id}")["status"] == "completed", 120)
    assert service.get(f"status/{job_id}")["model"] is not None


def test_finish_keeps_the_best_so_far(service: Service) -> None:
    with connect(studio_url(service)) as connection:
        connection.send(start_message(TABLES["regression"], time_budget_seconds=120))
        message = json.loads(connection.recv(timeout=PATIENCE_S))
        while message["type"] == "progress" and message["phase"] != "training":
            message = json.loads(connection.recv(timeout=120))
        service.post(f"stop/{message['job_id']}", json={"mode": "finish"})
        while message["type"] == "progress":
            message = json.loads(connection.recv(timeout=120))

    assert message["type"] == "completed", message
    assert message["metrics"]["total_time_seconds"] < 100
    profile = httpx.get(
        f"{service.url}/api/v1/models/{message['model_id']}/profile", timeout=PATIENCE_S
    ).json()
    assert any("finish early" in note for note in profile["notes"])
