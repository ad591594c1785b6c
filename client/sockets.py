"""WebSocket connections to the service."""

import json
from collections.abc import Mapping
from typing import Any

from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from client.connection import is_loopback
from client.errors import ProblemError, ServiceFailedError, refusal
from client.tokens import token_subprotocols

LOST = (OSError, WebSocketException)
"""What a connection raises that could not be made or has broken."""

_TRY_AGAIN = frozenset({408, 425, 429})
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


def websocket_url(base_url: str) -> str:
    return "ws" + base_url.removeprefix("http")


def permanent_refusal(error: Exception) -> ProblemError | None:
    """Why a handshake was refused, unless a later try may succeed."""
    if not isinstance(error, InvalidStatus):
        return None
    status = error.response.status_code
    if status >= 500 or status in _TRY_AGAIN:
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
