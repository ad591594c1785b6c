"""The WebSocket endpoints. A refusal happens before the upgrade, so it is a real HTTP answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import simple_websocket  # type: ignore[import-untyped]  # it has no types
from flask import Flask, g, request
from flask_sock import Sock

from api.caller import Scope, tenant_of_request
from api.errors import NotAWebSocketError
from api.live.connection import Connection
from api.live.frames import agree_on_compression
from api.live.positions import Position, find_position
from api.live.progress_views import forecast_view
from api.live.studio_socket import serve_studio
from api.live.watching import follow
from api.security.bearer import SUBPROTOCOL
from api.services import Services
from core.logs import bind

WATCH_PATH = "/api/v1/training/ws/<uuid:job_id>"
STUDIO_PATH = "/api/model-studio/ws/train-from-parquet"
TRAINING_SOCKET = "train_from_parquet"
SOCKET_SCOPES: Mapping[str, Scope] = {"watch_job": "read", TRAINING_SOCKET: "train"}
"""By the name of the function that serves the socket."""


class _NeverStarted:
    """Stands for the reading thread of simple-websocket: `Connection` reads."""

    name = ""

    def __init__(self, target: Callable[[], None]) -> None:
        del target

    def start(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Admission:
    """What was decided about a socket before its upgrade."""

    tenant_id: UUID
    position: Position | None = None
    window_bits: int | None = None


def register_sockets(app: Flask, services: Services) -> None:
    app.config["SOCK_SERVER_OPTIONS"] = {
        "thread_class": _NeverStarted,
        "subprotocols": [SUBPROTOCOL],
    }
    sock = Sock(app)

    @sock.route(WATCH_PATH)  # type: ignore[untyped-decorator]  # flask-sock has no types
    def watch_job(server: simple_websocket.Server, job_id: UUID) -> None:
        admission: Admission = g.admission
        position = admission.position
        connection = _take_over(server, services)
        if position is None or position.has_everything:
            connection.close(reason="The job has ended; you have its last message")
            connection.drain()
            return
        with bind(job_id=job_id):
            follow(
                services,
                connection,
                forecast_view,
                tenant_id=admission.tenant_id,
                job_id=job_id,
                after=position.after,
                at_once=position.at_once,
                window_bits=admission.window_bits,
            )

    @sock.route(STUDIO_PATH)  # type: ignore[untyped-decorator]  # flask-sock has no types
    def train_from_parquet(server: simple_websocket.Server) -> None:
        admission: Admission = g.admission
        serve_studio(
            services,
            _take_over(server, services),
            admission.tenant_id,
            window_bits=admission.window_bits,
        )

    @app.before_request
    def admit() -> None:
        if request.url_rule is not None and request.url_rule.websocket:
            _check_handshake()
            tenant_id = tenant_of_request()
            g.admission = _find(services, tenant_id, request.view_args or {})
            g.place = services.connections.take(tenant_id, "socket")

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        place: str | None = g.pop("place", None)
        if place is not None:
            services.connections.give_back(place)


def _check_handshake() -> None:
    headers = request.headers
    if headers.get("Sec-WebSocket-Version") != "13" or not headers.get("Sec-WebSocket-Key"):
        raise NotAWebSocketError(
            "The handshake must carry Sec-WebSocket-Version: 13 and a Sec-WebSocket-Key"
        )


def _find(services: Services, tenant_id: UUID, path: Mapping[str, Any]) -> Admission:
    if "job_id" not in path:
        return Admission(tenant_id, window_bits=agree_on_compression(request.environ))
    asked = request.args.get("after", "0")
    position = find_position(services, tenant_id, path["job_id"], asked)
    return Admission(tenant_id, position, window_bits=agree_on_compression(request.environ))


def _take_over(server: simple_websocket.Server, services: Services) -> Connection:
    # simple-websocket would say goodbye a second time after the view.
    server.connected = False
    return Connection(
        server.sock,
        server.ws,
        heartbeat_s=services.settings.websocket_heartbeat_interval,
        is_compressed=g.admission.window_bits is not None,
        make_spool=services.make_spool,
    )
