"""Training on a Parquet file over the WebSocket of Model Studio.

A connection that breaks does not end the training: the job is followed by its id, from the last
message on.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from websockets.exceptions import ConnectionClosed

from client.errors import ServiceUnreachableError
from client.progress import ProgressMessage, StudioUpdate, TaskProgress
from client.sockets import LOST, open_socket, permanent_refusal, read_frame

LARGEST_SOCKET_UPLOAD = 100 * 2**20
"""Bytes of a file that the socket takes; larger files go through `POST /api/v1/models`."""
_PATH = "/api/model-studio/ws/train-from-parquet"


@dataclass(frozen=True, kw_only=True)
class TableRequest:
    """What to learn from an uploaded file."""

    target_variable: str | None
    ml_task: str = "classification"
    model_type: str = "auto"
    task_name: str | None = None
    test_size: float = 0.2

    def fields(self) -> dict[str, str | float]:
        """The fields that were given, under the names of the service."""
        given = {
            "ml_task": self.ml_task,
            "target_variable": self.target_variable,
            "model_type": self.model_type,
            "task_name": self.task_name,
            "test_size": self.test_size,
        }
        return {name: value for name, value in given.items() if value is not None}


def train_over_socket(
    base_url: str,
    path: Path,
    request: TableRequest,
    *,
    follow: Callable[[str, int], Iterable[ProgressMessage]],
) -> Iterator[StudioUpdate]:
    """Sends the file and yields updates up to `completed` or `error`."""
    job_id, seq, reason = None, 0, "it closed the connection before the training began"
    try:
        with open_socket(base_url, _PATH, compression=None) as socket:
            socket.send(json.dumps({"action": "start_training", **request.fields()}))
            with suppress(ConnectionClosed):  # a refused request is explained by the frames below
                socket.send(path.read_bytes())
            for frame in socket:
                update = StudioUpdate.decode(read_frame(frame))
                job_id, seq = update.job_id or job_id, update.seq or seq
                yield update
                if update.is_terminal:
                    return
    except LOST as error:
        if refused := permanent_refusal(error):
            raise refused from error
        reason = str(error)
    if job_id is None:
        raise ServiceUnreachableError(base_url, reason)
    yield from as_updates(follow(job_id, seq))


def as_updates(messages: Iterable[ProgressMessage]) -> Iterator[StudioUpdate]:
    """The progress of an upload's job in the form of the Model Studio socket."""
    for message in messages:
        yield _ending(message) if message.is_terminal else _step(message)


def _step(message: ProgressMessage) -> StudioUpdate:
    task = message.product or TaskProgress()
    return StudioUpdate.decode(
        {
            **_common(message),
            "type": "progress",
            "phase": task.phase,
            "progress": message.percentage,
            "message": task.message or message.current_step,
            "metrics": task.metrics,
            "logs": task.logs,
        }
    )


def _ending(message: ProgressMessage) -> StudioUpdate:
    if message.type == "training_completed":
        ending = {"type": "completed", "phase": "completed", "progress": 100.0}
        return StudioUpdate.decode({**(message.result or {}), **_common(message), **ending})
    return StudioUpdate.decode({**_common(message), "type": "error", "message": _reason(message)})


def _common(message: ProgressMessage) -> dict[str, object]:
    timestamp = message.raw.get("timestamp")
    return {"job_id": message.job_id, "seq": message.seq, "timestamp": timestamp}


def _reason(message: ProgressMessage) -> str:
    if message.type == "training_cancelled":
        return "Training was stopped"
    task = message.product
    return f"Training failed: {(task and task.error_message) or message.progress.current_step}"
