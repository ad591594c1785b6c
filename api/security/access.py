"""The scope that each route needs: endpoints, sockets and what is open to everybody."""

from collections.abc import Collection, Mapping

from api.caller import Scope
from api.endpoint import operation_id
from api.endpoints import all_endpoints
from api.live.sockets import SOCKET_SCOPES, TRAINING_SOCKET

OPEN = ("static", "openapi")
"""The page's own files and the description of the interface hold nothing of anybody."""


def needed_scopes() -> Mapping[str, Scope | None]:
    """By the name of the route; None is open to everybody, and a route left out needs `admin`."""
    endpoints = {
        operation_id(endpoint): None if endpoint.is_open else endpoint.scope
        for endpoint in all_endpoints()
    }
    return {**endpoints, **SOCKET_SCOPES, **dict.fromkeys(OPEN)}


def training_routes() -> Collection[str]:
    """The names of the routes that start a training, which are limited more strictly."""
    started = {operation_id(endpoint) for endpoint in all_endpoints() if endpoint.starts_training}
    return started | {TRAINING_SOCKET}
