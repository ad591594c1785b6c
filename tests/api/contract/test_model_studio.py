"""The Model Studio document against the API alone: the request, the limits, the views of messages.

`tests/e2e/test_model_studio.py` walks through whole trainings.
"""

from typing import Any

import pytest
from pydantic import ValidationError

from api.live import connection
from api.live.progress_views import studio_view
from api.live.sockets import STUDIO_PATH
from api.uploads.schemas import StudioRequest, UploadForm
from core.settings import Settings
from pipeline.table.phases import PHASE_RANGES
from tests.api.contract import model_studio as document
from tests.api.contract.shapes import differences

REQUEST: dict[str, Any] = {
    "action": "start_training",
    "file_data": "UEFSMQ==",
    "ml_task": "regression",
    "target_variable": "cpu_utilization",
}
JOB: dict[str, Any] = {"percentage": 65.5, "current_step": "Training", "status": "running"}
TASK: dict[str, Any] = {
    "id": "1",
    "phase": "training",
    "percentage": 65.5,
    "message": "Training XGBoost model (iteration 45/100)",
    "metrics": {
        "current_algorithm": "xgboost",
        "train_accuracy": 0.89,
        "validation_accuracy": 0.86,
        "iteration": 45,
        "total_iterations": 100,
    },
    "logs": ["Iteration 45: train_acc=0.89, val_acc=0.86"],
}
RESULT: dict[str, Any] = {
    "metrics": {
        "algorithm": "xgboost",
        "train_accuracy": 0.92,
        "test_accuracy": 0.88,
        "total_time_seconds": 245.5,
    },
    "logs": ["Model saved: model-20260130-a1b2c3d4"],
    "model_id": "model-20260130-a1b2c3d4",
    "model_file_path": "./models/model-20260130-a1b2c3d4/model.pkl",
    "preprocessing_file_path": "./models/model-20260130-a1b2c3d4/preprocessing.pkl",
}


def record(event: str, **changes: Any) -> dict[str, Any]:
    told = {"job_id": "1", "seq": 7, "timestamp": "2026-01-30T18:15:30Z", "event": event}
    return told | {"job": JOB, "task": None, "result": None} | changes


def shown(event: str, **changes: Any) -> Any:
    view = studio_view(record(event, **changes))
    assert view is not None
    return view


def test_address_and_limits() -> None:
    settings = Settings()
    assert STUDIO_PATH == document.SOCKET
    assert settings.max_upload_mb == document.LARGEST_FILE_MB
    assert settings.websocket_start_timeout == document.START_WITHIN_S
    assert settings.websocket_heartbeat_interval == document.PING_EVERY_S
    assert document.PONG_WITHIN_S == connection.ANSWER_WITHIN_S
    assert settings.upload_timeout_hours == document.TRAINING_HOURS


@pytest.mark.parametrize("ml_task", document.TASKS)
def test_every_task_is_accepted_with_its_defaults(ml_task: str) -> None:
    request = StudioRequest.model_validate(REQUEST | {"ml_task": ml_task})
    assert {name: getattr(request, name) for name in document.DEFAULTS} == document.DEFAULTS


@pytest.mark.parametrize("name", document.REQUIRED)
def test_what_is_required(name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        StudioRequest.model_validate({key: REQUEST[key] for key in REQUEST if key != name})


@pytest.mark.parametrize("ml_task", document.TASKS)
def test_the_target_is_required_of_all_but_a_clustering(ml_task: str) -> None:
    asked = {name: REQUEST[name] for name in ("action", "file_data")} | {"ml_task": ml_task}
    if ml_task == "clustering":
        assert StudioRequest.model_validate(asked).target_variable is None
    else:
        with pytest.raises(ValidationError, match="target_variable is required"):
            StudioRequest.model_validate(asked)


def test_a_form_asks_for_the_same() -> None:
    fields = StudioRequest.model_fields.keys() - {"action", "file_data"}
    assert UploadForm.model_fields.keys() == fields


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("area", ["area"]),
        ("area, street", ["area", "street"]),
        ('["area, in m2", "street"]', ["area, in m2", "street"]),
    ],
)
def test_a_form_names_columns_in_one_text(given: str, names: list[str]) -> None:
    form = {"ml_task": "clustering", "exclude_columns": given}
    assert UploadForm.model_validate(form).exclude_columns == names


@pytest.mark.parametrize("given", ['["area"', "[1]", "area,,street"])
def test_a_form_with_columns_that_cannot_be_read_is_refused(given: str) -> None:
    with pytest.raises(ValidationError, match="exclude_columns"):
        UploadForm.model_validate({"ml_task": "clustering", "exclude_columns": given})


def test_phases_and_their_ranges() -> None:
    ranges = {phase.value: percent for phase, percent in PHASE_RANGES.items()}
    assert ranges == document.PHASES
    assert list(ranges) == list(document.PHASES)


def test_progress() -> None:
    view = shown("task_progress", task=TASK)
    assert list(differences(view, document.PROGRESS)) == []
    assert list(differences(view["metrics"], document.TRAINING_METRICS)) == []
    assert view["type"] == "progress"


def test_completion_has_every_field() -> None:
    view = shown("job_completed", result=RESULT)
    assert list(differences(view, document.COMPLETED)) == []
    assert (view["type"], view["phase"], view["progress"]) == ("completed", "completed", 100.0)
    assert view["message"] == document.COMPLETED_MESSAGE
    assert view["metrics"].keys() >= set(document.OF_AMOUNTS)


def test_error() -> None:
    reason = "Target variable 'y' not found in data. Available columns: ['a', 'b']"
    view = shown("job_failed", result={"error_message": reason})
    assert list(differences(view, document.ERROR)) == []
    assert view["type"] == "error"
    assert view["message"] == document.MISSING_TARGET.format(target="y", columns=["a", "b"])
