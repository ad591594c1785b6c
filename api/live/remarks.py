"""What a watcher may say: `{"type": "ping"}`, for clients that cannot send a ping of the protocol.

Everything else is answered with what would be accepted; who goes on is sent away. The answer is a
`warning`: to clients of an upload an `error` is the end of its training.
"""

import json
import time
from collections import deque
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from api.live.connection import Connection, Incoming
from db.timestamps import iso

LARGEST_REMARK_BYTES = 4096
MOST_A_MINUTE = 60
MOST_MISTAKES = 10
_MINUTE_S = 60.0
_FOREVER_S = 10 * 365 * 86_400.0
_NOT_ACCEPTED = (
    'The message is not accepted: {problem}. A watcher may send {{"type": "ping"}} and nothing else'
)


class Remark(BaseModel):
    """The one message that a watcher may send."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["ping"]


def answer_remarks(connection: Connection) -> None:
    """Answer until the peer has said too much, or too much that is not accepted.

    Raises `MessageTooBigError` or `PeerGoneError`.
    """
    mistakes = 0
    lately: deque[float] = deque(maxlen=MOST_A_MINUTE)
    while mistakes < MOST_MISTAKES and not _is_hasty(lately):
        remark = _next(connection)
        lately.append(time.monotonic())
        problem = _problem(remark)
        if problem is None:
            _say(connection, type="pong")
        else:
            mistakes += 1
            _say(
                connection,
                type="warning",
                error_type="InvalidMessageError",
                message=_NOT_ACCEPTED.format(problem=problem),
            )


def _next(connection: Connection) -> Incoming:
    return connection.receive(within_s=_FOREVER_S, max_bytes=LARGEST_REMARK_BYTES)


def _is_hasty(lately: deque[float]) -> bool:
    return len(lately) == MOST_A_MINUTE and time.monotonic() - lately[0] < _MINUTE_S


def _problem(remark: Incoming) -> str | None:
    with remark.spool:
        content = remark.spool.read(0, remark.spool.size)
    if not remark.is_text:
        return "it is binary"
    try:
        Remark.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        return ": ".join([*map(str, first["loc"]), first["msg"]])
    return None


def _say(connection: Connection, **message: str) -> None:
    connection.send_text(json.dumps(message | {"timestamp": iso(datetime.now(UTC))}))
