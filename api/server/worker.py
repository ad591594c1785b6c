"""gunicorn's gevent worker, which refuses in the form of all other refusals.

gunicorn answers in HTML where a request is not readable, which is before the application sees it.
"""

import json
import socket
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import structlog
from gunicorn.workers.ggevent import GeventWorker

from api.problems import PROBLEM_TYPE, problem_body
from api.server.unreadable import Refusal, refusal_of

log = structlog.get_logger(__name__)

_LINGERS_S = 1.0
_MOST_LEFT_UNREAD = 1 << 20
_PIECE = 1 << 16
_MOST_OF_AN_ERROR = 200
_FAILED = Refusal(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "The service made an error; its log has the details under this request id",
)


class ProblemWorker(GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        """Answer what the application could not; the connection ends with that."""
        request_id = uuid4().hex
        instance = getattr(req, "path", None) or ""
        refusal = refusal_of(exc)
        if refusal is None:
            log.error("request failed", request_id=request_id, path=instance, exc_info=exc)
        else:
            log.warning(
                "request cannot be read",
                request_id=request_id,
                status=refusal.status.value,
                peer=addr[0] if addr else None,
                error=str(exc)[:_MOST_OF_AN_ERROR],
            )
        status, detail = refusal or _FAILED
        body = problem_body(status, detail, instance=instance, request_id=request_id)
        try:
            _answer(client, status, body)
        except OSError as error:
            log.debug("the peer was gone before its refusal", error=str(error))


def _answer(client: socket.socket, status: HTTPStatus, body: dict[str, Any]) -> None:
    content = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Connection: close",
        f"Content-Type: {PROBLEM_TYPE}",
        f"Content-Length: {len(content)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        f"X-Request-ID: {body['request_id']}",
    )
    client.settimeout(_LINGERS_S)
    client.sendall("\r\n".join([*head, "", ""]).encode() + content)
    client.shutdown(socket.SHUT_WR)
    _read_the_rest(client)


def _read_the_rest(client: socket.socket) -> None:
    """A connection that is closed with something unread is reset, and the answer may be lost."""
    for _ in range(_MOST_LEFT_UNREAD // _PIECE):
        if not client.recv(_PIECE):
            return
