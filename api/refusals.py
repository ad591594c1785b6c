"""The one place that turns an error into an HTTP answer (RFC 9457)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, json, request
from gunicorn.http.errors import ParseException
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import (
    ClientDisconnected,
    HTTPException,
    NotFound,
    RequestEntityTooLarge,
)
from werkzeug.routing.exceptions import RequestRedirect, WebsocketMismatch

from api.errors import (
    DATABASE_AWAY,
    RETRY_AFTER_S,
    NotAWebSocketError,
    ProblemError,
    UnavailableError,
)
from api.problems import PROBLEM_TYPE, problem_body
from api.server.unreadable import refusal_of
from db.errors import (
    AlreadyExistsError,
    IdempotencyConflictError,
    InvalidCursorError,
    NotNowError,
    NotTrainableError,
    QuotaExceededError,
    RecordError,
    UnknownCandidateError,
    UnknownCategoriesError,
    UnknownProductsError,
)
from db.liveness import is_away

log = structlog.get_logger(__name__)

_MOST_LISTED = 100


def register_error_handlers(app: Flask) -> None:
    app.register_error_handler(ProblemError, _refuse)
    app.register_error_handler(HTTPException, _refuse_http)
    app.register_error_handler(ParseException, _refuse_unreadable)
    app.register_error_handler(InvalidCursorError, _refuse_cursor)
    app.register_error_handler(IdempotencyConflictError, _refuse_conflict)
    app.register_error_handler(AlreadyExistsError, _refuse_conflict)
    app.register_error_handler(NotNowError, _refuse_conflict)
    app.register_error_handler(NotTrainableError, _refuse_products)
    app.register_error_handler(QuotaExceededError, _refuse_quota)
    app.register_error_handler(UnknownCandidateError, _refuse_candidate)
    app.register_error_handler(DBAPIError, _refuse_database)
    app.register_error_handler(PoolTimeoutError, _refuse_busy)
    app.register_error_handler(Exception, _fail)


def _problem(
    status: HTTPStatus,
    detail: str,
    *,
    headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    more: Mapping[str, Any] | None = None,
) -> Response:
    """The one body that every refusal has."""
    body = problem_body(
        status, detail, instance=request.path, request_id=g.get("request_id"), more=more
    )
    answer = Response(json.dumps(body), status=status.value, content_type=PROBLEM_TYPE)
    answer.headers.extend(headers)
    return answer


def _refuse(error: ProblemError) -> Response:
    return _problem(error.status, error.detail, headers=error.answer_headers(), more=error.more)


def _refuse_http(error: HTTPException) -> Response:
    if isinstance(error, WebsocketMismatch) and not request.headers.get("Upgrade"):
        return _refuse(
            NotAWebSocketError("This address speaks WebSocket; connect to it with ws:// or wss://")
        )
    if isinstance(error, RequestEntityTooLarge):
        return _problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large_text())
    if isinstance(error, ClientDisconnected):
        return _problem(
            HTTPStatus.BAD_REQUEST,
            "The body broke off before its end, and nothing was done with it; send it again",
        )
    status = HTTPStatus(error.code or 500)
    kept = [
        (name, value)
        for name, value in error.get_headers()
        if name.lower() not in {"content-type", "content-length"}
    ]
    if isinstance(error, NotFound):
        return _problem(status, "There is nothing under this address", headers=kept)
    if isinstance(error, RequestRedirect):
        return _problem(status, f"See {error.new_url}", headers=kept)
    return _problem(status, error.description or status.description, headers=kept)


def _refuse_unreadable(error: ParseException) -> Response:
    """A body that is chunked wrongly is found out when it is read."""
    refusal = refusal_of(error)
    return _fail(error) if refusal is None else _problem(refusal.status, refusal.detail)


def _refuse_cursor(error: InvalidCursorError) -> Response:
    return _problem(HTTPStatus.BAD_REQUEST, str(error))


def _refuse_conflict(error: RecordError) -> Response:
    return _problem(HTTPStatus.CONFLICT, str(error))


def _refuse_products(error: NotTrainableError) -> Response:
    more: dict[str, Any] = {}
    if isinstance(error, UnknownProductsError):
        more = _unknown("products", error.references, "No product has this id or SKU")
    elif isinstance(error, UnknownCategoriesError):
        more = _unknown("categories", error.references, "No product is of this category")
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), more=more)


def _unknown(field: str, names: Sequence[str], message: str) -> dict[str, Any]:
    listed = names[:_MOST_LISTED]
    errors = [{"field": field, "value": name, "message": message} for name in listed]
    return {"errors": errors, "errors_total": len(names)}


def _refuse_candidate(error: UnknownCandidateError) -> Response:
    problem_of_field = {
        "field": "candidate",
        "value": error.candidate,
        "message": "The leaderboard of the model has no such candidate",
    }
    more = {"errors": [problem_of_field]}
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), more=more)


def _refuse_quota(error: QuotaExceededError) -> Response:
    return _problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        str(error),
        headers={"Retry-After": str(RETRY_AFTER_S)},
        more={"quota": error.quota, "limit": error.limit},
    )


def _too_large_text() -> str:
    limit = request.max_content_length or current_app.config["MAX_CONTENT_LENGTH"]
    return f"The request body is larger than the {limit:,} bytes that are accepted here"


def _refuse_database(error: DBAPIError) -> Response:
    if not is_away(error):
        return _fail(error)
    log.warning("database unreachable", error=str(error.orig))
    return _refuse(UnavailableError(DATABASE_AWAY))


def _refuse_busy(error: PoolTimeoutError) -> Response:
    log.warning("no database connection is free", error=str(error))
    return _refuse(UnavailableError("The service is busy; try again in a few seconds"))


def _fail(error: Exception) -> Response:
    log.error("request failed", exc_info=error)
    return _problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "The service made an error; its log has the details under this request id",
    )
