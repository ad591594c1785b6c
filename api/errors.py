"""What the API refuses, and the one place that turns an error into an HTTP answer (RFC 9457).

ApiError
├── ProblemError
│   ├── InvalidRequestError        422
│   ├── BadQueryError              400
│   ├── UnauthorizedError          401
│   ├── MissingScopeError          403
│   ├── ForeignOriginError         403
│   ├── NotFoundError              404
│   ├── NotAcceptableError         406
│   ├── ModelNotLoadableError      409
│   ├── GoneError                  410
│   ├── UnsupportedTypeError       415
│   ├── NotAWebSocketError         426
│   ├── TooManyConnectionsError    429
│   ├── RateLimitedError           429
│   ├── PredictionFailedError      500
│   ├── UnavailableError           503
│   ├── TooManyPredictionsError    503
│   └── PredictionTimeoutError     504
└── SocketError
    ├── PeerGoneError
    ├── ReceiveTimeoutError
    ├── MessageTooBigError
    └── BadMessageError
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

import structlog
from flask import Flask, Response, current_app, g, json, request
from gunicorn.http.errors import ParseException
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, NotFound, RequestEntityTooLarge
from werkzeug.routing.exceptions import RequestRedirect, WebsocketMismatch

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

log = structlog.get_logger(__name__)

RETRY_AFTER_S = 5
_REALM = 'Bearer realm="model-studio"'
_MOST_LISTED = 100


class ApiError(Exception):
    """The API cannot do what was asked."""


class ProblemError(ApiError):
    """A request that is answered with problem details."""

    status: ClassVar[HTTPStatus]
    headers: ClassVar[Mapping[str, str]] = {}

    def __init__(self, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.more = more

    def answer_headers(self) -> Mapping[str, str]:
        """The headers that its answer has beside those of every answer."""
        return self.headers


class InvalidRequestError(ProblemError):
    """The body says something that is not accepted; `errors` tells what and where."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class BadQueryError(ProblemError):
    """The address or its query cannot be understood."""

    status = HTTPStatus.BAD_REQUEST


class UnauthorizedError(ProblemError):
    """Nobody knows who asks: there is no token, or it is not accepted."""

    status = HTTPStatus.UNAUTHORIZED

    def __init__(self, detail: str, *, is_given: bool) -> None:
        super().__init__(detail)
        self._is_given = is_given

    def answer_headers(self) -> Mapping[str, str]:
        # RFC 6750: who sent no token is told nothing of what would be wrong with one.
        error = f', error="invalid_token", error_description="{self.detail}"'
        return {"WWW-Authenticate": _REALM + (error if self._is_given else "")}


class MissingScopeError(ProblemError):
    """The caller is known, and may not do this."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self, scope: str) -> None:
        super().__init__(f"Your token lacks the scope {scope}, which this needs", scope=scope)
        self._scope = scope

    def answer_headers(self) -> Mapping[str, str]:
        return {"WWW-Authenticate": f'{_REALM}, error="insufficient_scope", scope="{self._scope}"'}


class ForeignOriginError(ProblemError):
    """A page of another site asks a browser to act here."""

    status = HTTPStatus.FORBIDDEN


class NotFoundError(ProblemError):
    """There is no such thing."""

    status = HTTPStatus.NOT_FOUND


class GoneError(ProblemError):
    """What is needed was there and has been removed."""

    status = HTTPStatus.GONE


class UnsupportedTypeError(ProblemError):
    """A content type that this endpoint does not read."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class NotAWebSocketError(ProblemError):
    """A plain request for an address that speaks WebSocket."""

    status = HTTPStatus.UPGRADE_REQUIRED
    headers: ClassVar[Mapping[str, str]] = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
    }


class TooManyConnectionsError(ProblemError):
    """The tenant watches with as many connections as it may."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": str(RETRY_AFTER_S)}


class RateLimitedError(ProblemError):
    """The tenant asks more often than it may."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, budget: str, limit: int, wait_s: int) -> None:
        super().__init__(
            f"Too many {budget}: {limit} a minute are allowed; try again in {wait_s} s",
            budget=budget,
            limit=limit,
        )
        self._wait_s = wait_s

    def answer_headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(self._wait_s)}


class UnavailableError(ProblemError):
    """Something that the service stands on does not answer."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": str(RETRY_AFTER_S)}


class NotAcceptableError(ProblemError):
    """No form of the answer is one that the caller accepts."""

    status = HTTPStatus.NOT_ACCEPTABLE


class ModelNotLoadableError(ProblemError):
    """The files of a model are gone, damaged or not ours."""

    status = HTTPStatus.CONFLICT


class PredictionFailedError(ProblemError):
    """The prediction worker made an error."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR


class TooManyPredictionsError(ProblemError):
    """As many predictions are waited for as may be."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


class PredictionTimeoutError(ProblemError):
    """No prediction worker answered in time."""

    status = HTTPStatus.GATEWAY_TIMEOUT


class SocketError(ApiError):
    """A WebSocket cannot go on."""


class PeerGoneError(SocketError):
    """The peer closed, vanished, or did not take what was sent."""


class ReceiveTimeoutError(SocketError):
    """The peer sent nothing in time."""


class MessageTooBigError(SocketError):
    """The peer's message is larger than accepted."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"Message size exceeds limit of {limit} bytes")
        self.limit = limit


class BadMessageError(SocketError):
    """The peer's message is not a training request; the text says what would be."""


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


def problem(
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
    return problem(error.status, error.detail, headers=error.answer_headers(), more=error.more)


def _refuse_http(error: HTTPException) -> Response:
    if isinstance(error, WebsocketMismatch) and not request.headers.get("Upgrade"):
        return _refuse(
            NotAWebSocketError("This address speaks WebSocket; connect to it with ws:// or wss://")
        )
    if isinstance(error, RequestEntityTooLarge):
        return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large_text())
    status = HTTPStatus(error.code or 500)
    kept = [
        (name, value)
        for name, value in error.get_headers()
        if name.lower() not in {"content-type", "content-length"}
    ]
    if isinstance(error, NotFound):
        return problem(status, "There is nothing under this address", headers=kept)
    if isinstance(error, RequestRedirect):
        return problem(status, f"See {error.new_url}", headers=kept)
    return problem(status, error.description or status.description, headers=kept)


def _refuse_unreadable(error: ParseException) -> Response:
    """A body that is chunked wrongly is found out when it is read."""
    refusal = refusal_of(error)
    return _fail(error) if refusal is None else problem(refusal.status, refusal.detail)


def _refuse_cursor(error: InvalidCursorError) -> Response:
    return problem(HTTPStatus.BAD_REQUEST, str(error))


def _refuse_conflict(error: RecordError) -> Response:
    return problem(HTTPStatus.CONFLICT, str(error))


def _refuse_products(error: NotTrainableError) -> Response:
    more: dict[str, Any] = {}
    if isinstance(error, UnknownProductsError):
        more = _unknown("products", error.references, "No product has this id or SKU")
    elif isinstance(error, UnknownCategoriesError):
        more = _unknown("categories", error.references, "No product is of this category")
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), more=more)


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
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), more=more)


def _refuse_quota(error: QuotaExceededError) -> Response:
    return problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        str(error),
        headers={"Retry-After": str(RETRY_AFTER_S)},
        more={"quota": error.quota, "limit": error.limit},
    )


def _too_large_text() -> str:
    limit = request.max_content_length or current_app.config["MAX_CONTENT_LENGTH"]
    return f"The request body is larger than the {limit:,} bytes that are accepted here"


def _refuse_database(error: DBAPIError) -> Response:
    if not (error.connection_invalidated or isinstance(error, _UNREACHABLE)):
        return _fail(error)
    log.warning("database unreachable", error=str(error.orig))
    return _refuse(UnavailableError("The database does not answer; try again in a few seconds"))


def _refuse_busy(error: PoolTimeoutError) -> Response:
    log.warning("no database connection is free", error=str(error))
    return _refuse(UnavailableError("The service is busy; try again in a few seconds"))


_UNREACHABLE = (OperationalError, InterfaceError)


def _fail(error: Exception) -> Response:
    log.error("request failed", exc_info=error)
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "The service made an error; its log has the details under this request id",
    )
