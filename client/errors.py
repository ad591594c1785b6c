"""Everything that the SDK raises.

StudioError
├── ServiceUnreachableError     nobody answers at the address
├── RequestRefusedError         the service understood and said no (4xx)
│   ├── InvalidInputError       400, 413, 415, 422: correct the request and send it again
│   ├── UnauthorizedError       401: there is no token, or it is not accepted
│   ├── ForbiddenError          403: the token lacks a scope
│   ├── NotFoundError           404
│   ├── ConflictError           409
│   └── TooManyRequestsError    429: a rate limit or a quota; `retry_after_s` may say when to ask
├── ServiceFailedError          the service could not answer (5xx), or answered something unreadable
├── InvalidAddressError         the address of the service is not one
├── InvalidTokenError           the token cannot be one
├── TrainingFailedError         the training of an uploaded file ended with an error
├── PredictionFailedError       the prediction of a file ended with an error, or was stopped
└── ServiceStartError           the service could not be started on this machine
"""

from collections.abc import Mapping, Sequence
from typing import Any


class StudioError(Exception):
    """The request to Model Studio did not succeed."""


class ServiceUnreachableError(StudioError):
    """Nobody answers at the address of the service."""

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(
            f"No Model Studio service answers at {url} ({reason}). Start one with "
            "`model-studio up`, or name another address with --url or MODEL_STUDIO_URL."
        )


class InvalidAddressError(StudioError):
    """The address of the service is not one."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(
            f"{url!r} is not the address of a service: it takes http:// or https://, a host, and"
            " optionally a port from 1 to 65535"
        )


class InvalidTokenError(StudioError):
    """The token cannot be one; it is not repeated here, because it may be almost right."""

    def __init__(self) -> None:
        super().__init__(
            "The token (MODEL_STUDIO_TOKEN) is not one: a token is a single word of letters, digits"
            " and the signs . _ ~ -"
        )


class ProblemError(StudioError):
    """The service answered with a problem document (RFC 9457).

    `retry_after_s` are the seconds after which it wants to be asked again, if it said so.
    """

    def __init__(
        self, status: int, problem: Mapping[str, Any], *, retry_after_s: float | None = None
    ) -> None:
        self.status = status
        self.problem = problem
        self.retry_after_s = retry_after_s
        self.title = str(problem.get("title") or f"HTTP {status}")
        self.detail = str(problem.get("detail") or "")
        self.errors: Sequence[Mapping[str, Any]] = tuple(problem.get("errors") or ())
        self.errors_total = int(problem.get("errors_total") or len(self.errors))
        self.request_id: str | None = problem.get("request_id")
        super().__init__(self.detail or self.title)


class RequestRefusedError(ProblemError):
    """The service understood the request and refuses it."""


class InvalidInputError(RequestRefusedError):
    """Something in the request is wrong; `errors` lists what, where the service knows."""


class UnauthorizedError(RequestRefusedError):
    """There is no token, or it is not accepted."""


class ForbiddenError(RequestRefusedError):
    """The token lacks a scope; `scope` names it."""

    @property
    def scope(self) -> str | None:
        return self.problem.get("scope")


class NotFoundError(RequestRefusedError):
    """The job, model or product does not exist."""


class ConflictError(RequestRefusedError):
    """The request contradicts the present state."""


class TooManyRequestsError(RequestRefusedError):
    """More than the tenant may ask for in a minute, or have at once (`quota` names what)."""

    @property
    def quota(self) -> str | None:
        return self.problem.get("quota")


class ServiceFailedError(ProblemError):
    """The service could not answer; the same request may succeed later."""


class TrainingFailedError(StudioError):
    """The training of an uploaded file ended with an error."""


class PredictionFailedError(StudioError):
    """The prediction of a file ended with an error, or was stopped."""


class ServiceStartError(StudioError):
    """The service could not be started on this machine."""


def refusal(
    status: int, problem: Mapping[str, Any], *, retry_after_s: float | None = None
) -> ProblemError:
    """The error that stands for an HTTP status of 400 or more."""
    kind = _BY_STATUS.get(status, _by_class(status))
    return kind(status, problem, retry_after_s=retry_after_s)


_BY_STATUS: dict[int, type[ProblemError]] = {
    400: InvalidInputError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    413: InvalidInputError,
    415: InvalidInputError,
    422: InvalidInputError,
    429: TooManyRequestsError,
}


def _by_class(status: int) -> type[ProblemError]:
    return RequestRefusedError if status < 500 else ServiceFailedError
