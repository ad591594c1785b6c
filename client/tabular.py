"""Training on a Parquet file over the WebSocket of Model Studio.

A connection that breaks does not end the training: the job is followed by its id, from the last
message on.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from client.errors import ServiceFailedError, ServiceUnreachableError
from client.progress import ProgressMessage, StudioUpdate, TaskProgress
from client.sockets import LOST, open_socket, permanent_refusal, read_frame

LARGEST_SOCKET_UPLOAD = 100 * 10**6
"""Bytes of a file that the socket takes; larger files go through `POST /api/v1/models`."""
TableTask = Literal["classification", "regression", "clustering", "time_series"]

_PATH = "/api/model-studio/ws/train-from-parquet"
_FIRST_PHASE = "data_loading"
_TOLD_BY_THE_JOB = frozenset({"task_completed", "task_failed", "task_cancelled"})


@dataclass(frozen=True, kw_only=True)
class TableRequest:
    """What to learn from an uploaded file; a clustering has no target.

    `time_column` orders the rows in time, and is the axis of a `time_series`; rows of one
    `group_column` are never on both sides of the test, and it names the series of a `time_series`
    of several. `horizon` is how many periods of it are forecast. The model is looked for during
    `time_budget_seconds`; `max_predict_ms` is the longest time that it may take for one row.
    """

    target_variable: str | None = None
    ml_task: TableTask = "classification"
    model_type: str = "auto"
    task_name: str | None = None
    test_size: float = 0.2
    timeout_seconds: int | None = None
    time_budget_seconds: float | None = None
    exclude_columns: Sequence[str] = ()
    time_column: str | None = None
    group_column: str | None = None
    horizon: int | None = None
    metric: str | None = None
    seed: int | None = None
    max_predict_ms: float | None = None

    def fields(self) -> dict[str, str | float | list[str]]:
        """The fields that were given, under the names of the service."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        given["exclude_columns"] = list(self.exclude_columns) or None
        return {name: value for name, value in given.items() if value is not None}

    def form(self) -> dict[str, str]:
        """The same as texts of a form."""
        return {
            name: json.dumps(value) if isinstance(value, list) else str(value)
            for name, value in self.fields().items()
        }


def train_over_socket(
    base_url: str,
    path: Path,
    request: TableRequest,
    *,
    follow: Callable[[str, int], Iterable[ProgressMessage]],
    token: str | None = None,
) -> Iterator[StudioUpdate]:
    """Sends the file and yields updates up to `completed` or `error`."""
    last = None
    try:
        with open_socket(base_url, _PATH, token=token, compression=None) as socket:
            _send(socket, path, request)
            for frame in socket:
                last = StudioUpdate.decode(read_frame(frame))
                yield last
                if last.is_terminal:
                    return
    except ConnectionClosed:
        pass  # the job goes on without us, and is followed below
    except LOST as error:
        raise permanent_refusal(error) or ServiceUnreachableError(base_url, str(error)) from error
    if last is None or last.job_id is None:
        detail = "The service closed the connection before the training began"
        raise ServiceFailedError(502, {"detail": detail})
    yield from as_updates(follow(last.job_id, last.seq or 0))


def _send(socket: ClientConnection, path: Path, request: TableRequest) -> None:
    with suppress(ConnectionClosed):  # a refusal is explained by the frames that wait to be read
        socket.send(json.dumps({"action": "start_training", **request.fields()}))
        socket.send(path.read_bytes())


def as_updates(messages: Iterable[ProgressMessage]) -> Iterator[StudioUpdate]:
    """The progress of an upload's job in the form of the Model Studio socket."""
    for message in messages:
        if message.is_terminal:
            yield _ending(message)
        elif message.event not in _TOLD_BY_THE_JOB:
            yield _step(message)


def _step(message: ProgressMessage) -> StudioUpdate:
    task = message.product or TaskProgress()
    return StudioUpdate.decode(
        {
            **_common(message),
            "type": "progress",
            "phase": task.phase or _FIRST_PHASE,
            "progress": task.percentage if message.product else message.percentage,
            "message": task.message or message.current_step or "Waiting for a free worker",
            "metrics": task.metrics,
            "logs": task.logs,
        }
    )


def _ending(message: ProgressMessage) -> StudioUpdate:
    if message.type == "training_completed":
        ending = {
            "type": "completed",
            "phase": "completed",
            "progress": 100.0,
            "message": "Model training completed successfully",
        }
        return StudioUpdate.decode({**(message.result or {}), **_common(message), **ending})
    return StudioUpdate.decode({**_common(message), "type": "error", "message": _reason(message)})


def _common(message: ProgressMessage) -> dict[str, object]:
    timestamp = message.raw.get("timestamp")
    return {"job_id": message.job_id, "seq": message.seq, "timestamp": timestamp}


def _reason(message: ProgressMessage) -> str:
    if message.type == "training_cancelled":
        return "Training cancelled"
    reason = (message.result or {}).get("error_message") or message.current_step
    return f"Training failed: {reason}"
