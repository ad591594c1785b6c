"""One question to an outside source: its pages, with retries, a limit of size and a deadline.

Tried again is only what may succeed then: connections that fail or break, 429 and 5xx. Redirects
are not followed, so that the token goes nowhere else than where an operator has sent it.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_when_event_set,
    wait_random_exponential,
)
from tenacity.nap import sleep_using_event

from worker.sources.errors import BadAnswerError, SourceRefusedError, SourceUnavailableError

MAX_ANSWER_BYTES = 64 << 20
MAX_PAGES = 1_000
ATTEMPTS = 4
LONGEST_WAIT_S = 8.0

Json = Any
Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a source is and how patient to be with it."""

    source: str
    url: str
    token: str | None
    timeout_s: float
    deadline_s: float


@dataclass(frozen=True, slots=True)
class _Question:
    endpoint: Endpoint
    client: httpx.Client
    ends_at: float
    given_up: threading.Event


def pages(endpoint: Endpoint, query: Query, given_up: threading.Event) -> Iterator[Json]:
    """The pages of the answer as parsed JSON; the next one has the cursor of the one before.

    An event that is set ends it, soon. Raises `SourceUnavailableError`, `SourceRefusedError` or
    `BadAnswerError`.
    """
    headers = {"Accept": "application/json", "User-Agent": "model-studio"}
    if endpoint.token:
        headers["Authorization"] = f"Bearer {endpoint.token}"
    ends_at = time.monotonic() + endpoint.deadline_s
    with httpx.Client(headers=headers, timeout=endpoint.timeout_s, trust_env=False) as client:
        question = _Question(endpoint, client, ends_at, given_up)
        cursor: str | None = None
        for _ in range(MAX_PAGES):
            page = _ask(question, dict(query) | ({"cursor": cursor} if cursor else {}))
            yield page
            cursor = _next_cursor(page)
            if cursor is None:
                return
    raise BadAnswerError(endpoint.source, f"has more than {MAX_PAGES:,} pages for one question")


class _TryAgainError(SourceUnavailableError):
    def __init__(self, source: str, reason: str, wait_s: float | None = None) -> None:
        super().__init__(source, reason)
        self.wait_s = wait_s


def _ask(question: _Question, query: Query) -> Json:
    attempts = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, _TryAgainError)),
        stop=stop_after_attempt(ATTEMPTS) | stop_when_event_set(question.given_up),
        wait=_Wait(question),
        sleep=sleep_using_event(question.given_up),
        reraise=True,
    )
    return attempts(_ask_once, question, query)


class _Wait:
    """Exponential with full jitter, or what the source asks for; never past the deadline."""

    def __init__(self, question: _Question) -> None:
        self._question = question
        self._jitter = wait_random_exponential(multiplier=0.25, max=LONGEST_WAIT_S)

    def __call__(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked_s = error.wait_s if isinstance(error, _TryAgainError) else None
        wait_s = self._jitter(state) if asked_s is None else asked_s
        if error is not None and time.monotonic() + wait_s >= self._question.ends_at:
            raise error
        return wait_s


def _ask_once(question: _Question, query: Query) -> Json:
    source = question.endpoint.source
    try:
        with question.client.stream("GET", question.endpoint.url, params=query) as answer:
            _check_status(source, answer)
            body = _read(question, answer)
    except httpx.InvalidURL as error:
        raise SourceRefusedError(source, f"has an address that is no URL: {error}") from error
    except httpx.DecodingError as error:
        raise BadAnswerError(source, f"answered bytes that cannot be unpacked: {error}") from error
    except httpx.TransportError as error:
        raise _TryAgainError(source, f"cannot be reached: {_told(error)}") from error
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadAnswerError(source, f"answered something that is not JSON: {error}") from error


def _check_status(source: str, answer: httpx.Response) -> None:
    status = answer.status_code
    if answer.is_success:
        return
    if answer.is_redirect:
        raise SourceRefusedError(
            source, f"answered with a redirect ({status}); set its address to where that leads"
        )
    if status == httpx.codes.TOO_MANY_REQUESTS:
        wait_s = _retry_after_s(answer.headers.get("Retry-After"))
        raise _TryAgainError(source, "answered that it is asked too often (429)", wait_s)
    if answer.is_server_error:
        raise _TryAgainError(source, f"failed with status {status}")
    raise SourceRefusedError(source, f"refused the request with status {status}")


def _read(question: _Question, answer: httpx.Response) -> bytes:
    source, body = question.endpoint.source, bytearray()
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > MAX_ANSWER_BYTES:
            raise BadAnswerError(
                source, f"answered more than the {MAX_ANSWER_BYTES:,} bytes that are accepted"
            )
        if question.given_up.is_set() or time.monotonic() > question.ends_at:
            raise SourceUnavailableError(
                source, f"did not answer within {question.endpoint.deadline_s:g} s"
            )
    return bytes(body)


def _retry_after_s(value: str | None) -> float | None:
    """Seconds, or the seconds until a date; None where there is neither."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


def _next_cursor(page: Json) -> str | None:
    cursor = page.get("next_cursor") if isinstance(page, dict) else None
    return cursor if isinstance(cursor, str) and cursor else None


def _told(error: httpx.TransportError) -> str:
    """Without the address, which may hold a key."""
    return f"{type(error).__name__}" + (f" ({error})" if str(error) else "")
