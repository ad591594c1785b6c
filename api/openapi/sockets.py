"""The WebSockets, as far as OpenAPI can tell of them: up to the upgrade."""

from typing import Any

from api.live.sockets import SOCKET_SCOPES, STUDIO_PATH, TRAINING_SOCKET, WATCH_PATH
from api.openapi.answers import refusal
from api.openapi.requests import path_parameters, template_of
from api.openapi.security import security

Json = dict[str, Any]

_AFTER: Json = {
    "name": "after",
    "in": "query",
    "required": False,
    "description": "The `seq` of the last message received; 0 for all",
    "schema": {"type": "integer", "minimum": 0, "default": 0},
}
_REFUSALS = (400, 401, 403, 404, 426, 429, 500, 503)


def sockets() -> Json:
    return {
        template_of(WATCH_PATH): _socket(
            "watch_job",
            "WebSocket: progress of a job from the message after `after` on, until its last one",
            [*path_parameters(WATCH_PATH), _AFTER],
        ),
        STUDIO_PATH: _socket(
            TRAINING_SOCKET, "WebSocket: train on a Parquet file and watch it", []
        ),
    }


def _socket(operation: str, summary: str, parameters: list[Json]) -> Json:
    refused = {str(status): refusal(status) for status in _REFUSALS}
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "tags": ["WebSocket"],
            "security": security(SOCKET_SCOPES[operation]),
            "parameters": parameters,
            "responses": {"101": {"description": "Switching Protocols"}, **refused},
        }
    }
