"""`WS /api/model-studio/ws/train-from-parquet`: a file in one message, then live progress."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import structlog
from flask import request as handshake
from sqlalchemy.exc import SQLAlchemyError
from wsproto.frame_protocol import CloseReason

from api.chores.protocol import ChoreError
from api.errors import (
    BadMessageError,
    MessageTooBigError,
    PeerGoneError,
    ReceiveTimeoutError,
    UnavailableError,
)
from api.jobs.creation import create_upload_job
from api.live.connection import Connection, Incoming
from api.live.progress_views import studio_view
from api.live.studio_request import read_request
from api.live.watching import follow
from api.services import Services
from api.uploads.schemas import StudioRequest
from api.uploads.spool import Spool
from core.logs import bind

log = structlog.get_logger(__name__)

_ENVELOPE_BYTES = 1 << 16
_PIECE_BYTES = 1 << 20
_PARQUET_MAGIC = b"PAR1"


def serve_studio(
    services: Services, connection: Connection, tenant_id: UUID, *, window_bits: int | None
) -> None:
    try:
        job_id = _start(services, connection, tenant_id)
    except PeerGoneError:
        return
    except ReceiveTimeoutError:
        wait_s = services.settings.websocket_start_timeout
        _refuse(
            connection,
            f"No training request came within {wait_s:g} seconds",
            CloseReason.POLICY_VIOLATION,
        )
        return
    except MessageTooBigError:
        _refuse(connection, _too_big(services), CloseReason.MESSAGE_TOO_BIG)
        return
    except BadMessageError as error:
        _refuse(connection, str(error), CloseReason.UNSUPPORTED_DATA)
        return
    except UnavailableError as error:
        _refuse(connection, str(error), CloseReason.TRY_AGAIN_LATER)
        return
    except (ChoreError, SQLAlchemyError):
        log.exception("upload not accepted")
        _refuse(
            connection,
            "The service cannot store the file now; try again",
            CloseReason.INTERNAL_ERROR,
        )
        return
    with bind(job_id=job_id):
        follow(
            services,
            connection,
            studio_view,
            tenant_id=tenant_id,
            job_id=job_id,
            after=0,
            at_once=True,
            window_bits=window_bits,
        )


def _start(services: Services, connection: Connection, tenant_id: UUID) -> UUID:
    with services.make_spool() as file:
        request = _receive(services, connection, file)
        if file.read(0, len(_PARQUET_MAGIC)) != _PARQUET_MAGIC:
            raise BadMessageError("file_data is not a Parquet file: it does not begin with PAR1")
        # The socket is open for as long as the job runs; its span is only this.
        with services.tracing.span("upload", parent=handshake.headers.get("traceparent")):
            blob = services.chores.store(file.path())
            return create_upload_job(services, tenant_id, request, blob.digest).id


def _receive(services: Services, connection: Connection, file: Spool) -> StudioRequest:
    wait_s = services.settings.websocket_start_timeout
    file_limit = services.settings.max_upload_mb * 10**6
    text_limit = 4 * -(-file_limit // 3) + _ENVELOPE_BYTES
    with _message(connection, wait_s, text_limit) as message:
        if not message.is_text:
            raise BadMessageError(
                "The first message must be the JSON request; a binary file may follow it"
            )
        request = read_request(message.spool, file)
    if request.file_data is None:
        with _message(connection, wait_s, file_limit) as message:
            if message.is_text:
                raise BadMessageError(
                    "A request without file_data must be followed by the file as one binary message"
                )
            _copy(message.spool, file)
    if file.size > file_limit:
        raise MessageTooBigError(file_limit)
    return request


@contextmanager
def _message(connection: Connection, wait_s: float, limit: int) -> Iterator[Incoming]:
    message = connection.receive(within_s=wait_s, max_bytes=limit)
    try:
        yield message
    finally:
        message.spool.close()


def _copy(source: Spool, target: Spool) -> None:
    for at in range(0, source.size, _PIECE_BYTES):
        target.append(source.read(at, at + _PIECE_BYTES))


def _too_big(services: Services) -> str:
    limit = services.settings.max_upload_mb
    return (
        f"Message size exceeds limit: a file may have {limit} MB here."
        " Use POST /api/v1/models for larger files"
    )


def _refuse(connection: Connection, message: str, code: CloseReason) -> None:
    log.info("upload refused", reason=message)
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    try:
        connection.send_text(json.dumps({"type": "error", "message": message, "timestamp": now}))
    except PeerGoneError:
        return
    connection.close(code, message)
    connection.drain()
