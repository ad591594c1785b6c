"""What the API refuses, each with its HTTP status; `api.refusals` makes the answer of it.

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
│   ├── TookTooLongError           503
│   ├── TooManyPredictionsError    503
│   └── PredictionTimeoutError     504
└── SocketError
    ├── PeerGoneError
    ├── ReceiveTimeoutError
    ├── MessageTooBigError
    └── BadMessageError
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar

RETRY_AFTER_S = 5
DATABASE_AWAY = "The database does not answer; try again in a few seconds"
_REALM = 'Bearer realm="model-studio"'


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


def cannot_keep(error: OSError) -> UnavailableError:
    """Of a disk that takes no file."""
    return UnavailableError(
        f"The service cannot keep the file now ({error.strerror}); try again later"
    )


class TookTooLongError(ProblemError):
    """What was begun did not end in time; the same again at once would not either."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "3600"}


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
