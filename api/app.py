"""The application: every part is given, so that tests give theirs."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from flask import Flask, Response
from prometheus_client import CollectorRegistry

from api.chores.protocol import Chores
from api.endpoint import register
from api.endpoints import all_endpoints
from api.live.connection_limit import HOLD_S, ConnectionLimit
from api.live.live_telemetry import LiveTelemetry
from api.live.relay import Relay
from api.live.sockets import register_sockets
from api.openapi.document import document
from api.predictions.predictor import Predictor
from api.references import CONVERTER, ProductReference
from api.refusals import register_error_handlers
from api.request_context import register_request_context
from api.request_tracing import register_tracing
from api.security.access import needed_scopes, training_routes
from api.security.authentication import register_authentication
from api.security.browsers import register_browser_rules
from api.security.proxies import register_proxies
from api.security.rate_limits import register_rate_limits
from api.server.aside import Aside, here
from api.server.slow_peers import register_patience
from api.service_views import STATIC
from api.services import EXTENSION, Send, Services
from api.telemetry.operation import OperationCollector
from api.telemetry.trainings import DatabaseTelemetry, tenant_labels
from core.progress import ProgressMessage, ProgressStream
from core.settings import Settings
from core.shared_counters import WORK_COUNTERS, SharedCounters
from core.shared_places import SharedPlaces
from core.tracing import NO_TRACING, Tracing
from db.engine import Sessions
from db.jobs import progress
from db.tenancy import as_system, closed


def create_app(
    settings: Settings,
    *,
    sessions: Sessions,
    chores: Chores,
    stream: ProgressStream,
    send: Send,
    aside: Aside = here,
    trusted_hosts: Sequence[str] | None = None,
    tracing: Tracing = NO_TRACING,
) -> Flask:
    """The service over HTTP and WebSocket; nothing connects before the first request."""
    app = Flask("api", static_folder=STATIC, static_url_path="/static")
    app.url_map.merge_slashes = False  # an address with an empty part is unknown, not redirected
    app.config["MAX_CONTENT_LENGTH"] = settings.max_http_upload_mb * 10**6
    app.config["TRUSTED_HOSTS"] = list(trusted_hosts) if trusted_hosts is not None else None
    services = _services(settings, closed(sessions), chores, stream, send, aside, tracing)
    app.extensions[EXTENSION] = services
    register_proxies(app, settings.trusted_proxies)
    register_patience(app, settings.request_timeout)
    register_request_context(app)
    register_tracing(app, tracing)
    register_browser_rules(app, settings.cors_origins)
    register_authentication(app, services, needed_scopes())
    register_rate_limits(app, settings, training_routes())
    register_error_handlers(app)
    app.url_map.converters[CONVERTER] = ProductReference
    for endpoint in all_endpoints():
        register(app, services, endpoint)
    register_sockets(app, services)
    described = document()
    app.add_url_rule("/openapi.json", "openapi", lambda: _json(described))
    return app


def _json(text: str) -> Response:
    return Response(text, content_type="application/json")


def _services(
    settings: Settings,
    sessions: Sessions,
    chores: Chores,
    stream: ProgressStream,
    send: Send,
    aside: Aside,
    tracing: Tracing,
) -> Services:
    registry = CollectorRegistry()
    registry.register(DatabaseTelemetry(sessions, max_tenants=settings.telemetry_max_tenants))
    places = SharedPlaces(stream.redis_url, hold_s=HOLD_S, prefix=stream.prefix)
    connections = ConnectionLimit(settings.websocket_max_connections, places)
    telemetry = LiveTelemetry(
        SharedCounters(stream.redis_url, "live", prefix=stream.prefix),
        connections,
        tenant_labels(sessions, max_tenants=settings.telemetry_max_tenants),
    )
    registry.register(telemetry)
    work = SharedCounters(stream.redis_url, WORK_COUNTERS, prefix=stream.prefix)
    registry.register(OperationCollector(sessions, work))
    return Services(
        settings=settings,
        sessions=sessions,
        chores=chores,
        aside=aside,
        send=send,
        stream=stream,
        relay=_relay(settings, sessions, stream, telemetry),
        connections=connections,
        registry=registry,
        telemetry=telemetry,
        tracing=tracing,
        predictor=Predictor.create(settings, stream),
    )


def _relay(
    settings: Settings, sessions: Sessions, stream: ProgressStream, telemetry: LiveTelemetry
) -> Relay:
    def history(job_id: UUID, after: int, limit: int) -> list[ProgressMessage]:
        with as_system(), sessions() as session:
            return progress.since(session, job_id, after, limit)

    def heads(job_ids: Collection[UUID]) -> Mapping[UUID, int]:
        with as_system(), sessions() as session:
            return progress.last_seq(session, job_ids)

    return Relay(
        stream,
        history,
        heads,
        batch_s=settings.websocket_batch_seconds,
        queue_size=settings.websocket_message_queue_size,
        note_lag=telemetry.note_lag,
    )
