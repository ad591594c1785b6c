"""WebSocket connections to the service."""

import json
from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import quote

from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from client.connection import Connection, is_loopback
from client.errors import ProblemError, ServiceFailedError, refusal
from client.lines import Line, LineLostError
from client.retrying import may_pass
from client.tokens import token_subprotocols

LOST = (OSError, WebSocketException)
"""What a connection raises that could not be made or has broken."""

_MESSAGE_LIMIT = 16 * 2**20


def open_socket(
    base_url: str, path: str, *, token: str | None = None, compression: str | None = "deflate"
) -> ClientConnection:
    """Connected already; leaving its context closes it."""
    return connect(
        websocket_url(base_url) + path,
        subprotocols=token_subprotocols(token),
        compression=compression,
        max_size=_MESSAGE_LIMIT,
        close_timeout=2,
        proxy=None if is_loopback(base_url) else True,
    )


def socket_line(connection: Connection) -> Line:
    """The position is told in the address."""

    def messages(job_id: str, after: int) -> Generator[str | bytes, None, None]:
        path = f"/api/v1/training/ws/{quote(job_id, safe='')}?after={after}"
        try:
            with open_socket(connection.base_url, path, token=connection.token) as socket:
                yield from socket
        except LOST as error:
            raise permanent_refusal(error) or LineLostError from error

    return messages


def websocket_url(base_url: str) -> str:
    return "ws" + base_url.removeprefix("http")


def permanent_refusal(error: Exception) -> ProblemError | None:
    """Why a handshake was refused, unless a later try may succeed."""
    if not isinstance(error, InvalidStatus):
        return None
    status = error.response.status_code
    if may_pass(status):
        return None
    return refusal(status, _problem(error.response.body))


def read_frame(frame: str | bytes) -> Mapping[str, Any]:
    try:
        message = json.loads(frame)
    except ValueError as error:
        raise ServiceFailedError(502, {"detail": "A progress message is not JSON"}) from error
    if not isinstance(message, dict):
        raise ServiceFailedError(502, {"detail": "A progress message is not a JSON object"})
    return message


def _problem(body: bytes | bytearray) -> Mapping[str, Any]:
    try:
        problem = json.loads(body or b"{}")
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
