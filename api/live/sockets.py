"""The WebSocket endpoints. A refusal happens before the upgrade, so it is a real HTTP answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import simple_websocket  # type: ignore[import-untyped]  # it has no types
from flask import Flask, g, request
from flask_sock import Sock
from sqlalchemy import select

from api.caller import tenant_of_request
from api.errors import BadQueryError, NotAWebSocketError, NotFoundError
from api.live.connection import Connection
from api.live.frames import agree_on_compression, refuse_compression
from api.live.progress_views import forecast_view
from api.live.studio_socket import serve_studio
from api.live.watching import follow
from api.services import Services
from core.logs import bind
from db.tables import TERMINAL_STATUSES, TrainingJob

WATCH_PATH = "/api/v1/training/ws/<uuid:job_id>"
STUDIO_PATH = "/api/model-studio/ws/train-from-parquet"


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
    after: int = 0
    at_once: bool = False
    window_bits: int | None = None
    has_everything: bool = False


def register_sockets(app: Flask, services: Services) -> None:
    app.config["SOCK_SERVER_OPTIONS"] = {"thread_class": _NeverStarted}
    sock = Sock(app)

    @sock.route(WATCH_PATH)  # type: ignore[untyped-decorator]  # flask-sock has no types
    def watch_job(server: simple_websocket.Server, job_id: UUID) -> None:
        admission: Admission = g.admission
        connection = _take_over(server, services)
        if admission.has_everything:
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
                after=admission.after,
                at_once=admission.at_once,
                window_bits=admission.window_bits,
            )

    @sock.route(STUDIO_PATH)  # type: ignore[untyped-decorator]  # flask-sock has no types
    def train_from_parquet(server: simple_websocket.Server) -> None:
        serve_studio(services, _take_over(server, services), g.admission.tenant_id)

    @app.before_request
    def admit() -> None:
        if request.url_rule is not None and request.url_rule.websocket:
            _check_handshake()
            tenant_id = tenant_of_request()
            admission = _admit(services, tenant_id, request.view_args or {})
            services.connections.take(tenant_id)
            g.admission = admission

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        admission: Admission | None = g.pop("admission", None)
        if admission is not None:
            services.connections.give_back(admission.tenant_id)


def _check_handshake() -> None:
    headers = request.headers
    if headers.get("Sec-WebSocket-Version") != "13" or not headers.get("Sec-WebSocket-Key"):
        raise NotAWebSocketError(
            "The handshake must carry Sec-WebSocket-Version: 13 and a Sec-WebSocket-Key"
        )


def _admit(services: Services, tenant_id: UUID, path: dict[str, Any]) -> Admission:
    if "job_id" not in path:
        # A compressed upload would only cost time, and could be a bomb.
        refuse_compression(request.environ)
        return Admission(tenant_id)
    job_id: UUID = path["job_id"]
    with services.sessions() as session:
        found = session.execute(
            select(TrainingJob.progress_seq, TrainingJob.kind, TrainingJob.status).where(
                TrainingJob.id == job_id, TrainingJob.tenant_id == tenant_id
            )
        ).one_or_none()
    if found is None:
        raise NotFoundError(f"There is no job {job_id}")
    after = _position(found.progress_seq)
    return Admission(
        tenant_id,
        after=after,
        has_everything=found.status in TERMINAL_STATUSES and after == found.progress_seq,
        at_once=found.kind == "upload",
        window_bits=agree_on_compression(request.environ),
    )


def _position(newest: int) -> int:
    asked = request.args.get("after", "0")
    if not (asked.isdecimal() and len(asked) <= 18 and int(asked) <= newest):
        raise BadQueryError(
            f"after={asked[:40]} is not accepted: it takes the seq of the last message received,"
            f" from 0 to {newest}"
        )
    return int(asked)


def _take_over(server: simple_websocket.Server, services: Services) -> Connection:
    # simple-websocket would say goodbye a second time after the view.
    server.connected = False
    return Connection(
        server.sock,
        server.ws,
        heartbeat_s=services.settings.websocket_heartbeat_interval,
        make_spool=services.make_spool,
    )
