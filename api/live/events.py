"""Progress as Server-Sent Events: for browsers without a WebSocket, and for `curl`."""

from collections.abc import Iterator
from http import HTTPStatus
from uuid import UUID

import structlog
from flask import Response, request
from sqlalchemy.exc import SQLAlchemyError

from api.live.positions import Position, find_position
from api.live.progress_views import forecast_view
from api.live.schemas import EventsQuery
from api.live.slowness import Stopwatch
from api.services import Services

log = structlog.get_logger(__name__)

RETRY_AFTER_MS = 2000
_HELLO = f"retry: {RETRY_AFTER_MS}\n\n".encode()
_STILL_HERE = b": still here\n\n"


def stream_events(
    services: Services, tenant_id: UUID, job_id: UUID, query: EventsQuery
) -> Response:
    """The messages behind a number until the last one; a client that has it is told to stop asking.

    A browser that comes back by itself says in `Last-Event-ID` how far it got.
    """
    asked = request.headers.get("Last-Event-ID") or str(query.after)
    position = find_position(services, tenant_id, job_id, asked)
    if position.has_everything:
        return Response(status=HTTPStatus.NO_CONTENT)
    place = services.connections.take(tenant_id, "events")
    response = Response(
        _events(services, tenant_id, position),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
    response.call_on_close(lambda: services.connections.give_back(place))
    return response


def _events(services: Services, tenant_id: UUID, position: Position) -> Iterator[bytes]:
    yield _HELLO
    silence_s = services.settings.websocket_heartbeat_interval
    watch = services.relay.watch(position.job_id, position.after, at_once=position.at_once)
    try:
        with watch as watcher:
            while not watcher.is_cancelled:
                batch = watcher.next(silence_s)
                if batch is None:
                    yield _STILL_HERE
                    continue
                sending = Stopwatch()
                yield batch.events(forecast_view)
                watcher.is_slow = sending.is_slow
                services.telemetry.count_messages("events", tenant_id, batch.types(forecast_view))
                if batch.is_final:
                    return
    except SQLAlchemyError:
        # The client comes back by itself, and asks for what is missing.
        log.warning("watcher sent away, as its history cannot be read", exc_info=True)
