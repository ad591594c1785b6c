"""HTTP with the service's errors raised as ours."""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal
from urllib.parse import urlsplit

import httpx

from client.errors import InvalidAddressError, ServiceUnreachableError, refusal
from client.file_bodies import FromHere, pieces
from client.retrying import RETRY_DELAYS_S, jittered, retry_after_s, wait_before_retry_s
from client.tokens import checked_token, token_headers

Over = Literal["websocket", "events"]
"""How progress comes in: over a WebSocket, or as Server-Sent Events over plain HTTP."""

_CONNECT_WITHIN_S = 5.0


class Connection:
    """Requests to one service. Those that may be repeated are, when it is busy or the line breaks:
    reading, and what carries an idempotency key.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout_s: float,
        token: str | None = None,
        over: Over = "websocket",
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.over = over
        self.base_url = _checked(base_url).rstrip("/")
        self.token = checked_token(token)
        self.sleep = sleep
        self._http = httpx.Client(
            base_url=self.base_url,
            timeout=_timeout(timeout_s),
            headers=token_headers(self.token),
            transport=transport,
            trust_env=not is_loopback(base_url),
        )

    def get(
        self,
        path: str,
        query: Mapping[str, object] | None = None,
        *,
        timeout_s: float | None = None,
    ) -> Any:
        """A GET, with its own patience where the answer has to be computed."""
        options = {} if timeout_s is None else {"timeout": _timeout(timeout_s)}
        return self._repeat("GET", path, params=_params(query or {}), **options)

    def get_text(self, path: str, media_type: str) -> str:
        """An answer for people, in this form."""
        return _accepted(self._answer("GET", path, headers={"Accept": media_type})).text

    def probe(self, path: str) -> Any:
        """One GET without a second try."""
        return self._once("GET", path)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One request: sent again it might act twice."""
        return self._once("POST", path, json=body)

    def create(
        self, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None
    ) -> Any:
        """A POST that acts once however often it is sent, because it carries a key."""
        return self._repeat("POST", path, json=body, headers=_key_header(key))

    def change(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._once("PATCH", path, json=body)

    def replace(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._once("PUT", path, json=body)

    def delete(self, path: str, query: Mapping[str, object] | None = None) -> Any:
        return self._once("DELETE", path, params=_params(query or {}))

    def ask(
        self,
        path: str,
        content: bytes,
        content_type: str,
        *,
        timeout_s: float,
        query: Mapping[str, object] | None = None,
    ) -> Any:
        """A POST that only reads, so it may be repeated."""
        return self._repeat(
            "POST",
            path,
            params=_params(query or {}),
            content=content,
            headers={"Content-Type": content_type},
            timeout=_timeout(timeout_s),
        )

    def download(
        self,
        path: str,
        target: Path,
        query: Mapping[str, object] | None = None,
        *,
        timeout_s: float,
    ) -> Path:
        """A file of any size; `target` is there when it is complete, and untouched otherwise."""
        partial = target.with_name(f"{target.name}.part")
        options: dict[str, Any] = {
            "params": _params(query or {}),
            "timeout": _timeout(timeout_s),
        }
        try:
            with self._stream(path, **options) as chunks, partial.open("wb") as file:
                for chunk in chunks:
                    file.write(chunk)
            return partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)

    @contextmanager
    def stream(
        self, path: str, *, headers: Mapping[str, str], silent_for_s: float
    ) -> Iterator[Iterator[bytes]]:
        """An answer as it comes, however long it lasts; given up when it is silent for so long."""
        with self._stream(path, headers=headers, timeout=_timeout(silent_for_s)) as chunks:
            yield chunks

    def send_file(
        self,
        path: str,
        file: BinaryIO,
        content_type: str,
        *,
        timeout_s: float,
        query: Mapping[str, object],
    ) -> Any:
        """A POST whose body is a file, and which may be repeated if the file can be read again;
        reading it on the other side may take `timeout_s`.
        """
        options: dict[str, Any] = {"timeout": _timeout(timeout_s), "params": _params(query)}
        headers = {"Content-Type": content_type}
        if not file.seekable():
            return self._once("POST", path, content=pieces(file), headers=headers, **options)
        content = FromHere(file)
        headers["Content-Length"] = str(content.size)
        return self._repeat("POST", path, content=content, headers=headers, **options)

    def create_from_file(
        self, path: str, *, timeout_s: float, key: str | None = None, **parts: Any
    ) -> Any:
        """A form with a file, which acts once however often it is sent."""
        options = {"timeout": _timeout(timeout_s), "headers": _key_header(key), **parts}
        return self._repeat("POST", path, **options)

    def close(self) -> None:
        self._http.close()

    @contextmanager
    def _stream(self, path: str, **options: Any) -> Iterator[Iterator[bytes]]:
        try:
            with self._http.stream("GET", path, **options) as response:
                if not response.is_success:
                    response.read()
                    _accepted(response)
                yield response.iter_bytes()
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise ServiceUnreachableError(self.base_url, reason) from error

    def _repeat(self, method: str, path: str, **options: Any) -> Any:
        return _read(self._answer(method, path, **options))

    def _once(self, method: str, path: str, **options: Any) -> Any:
        return _read(self._first_answer(method, path, **options))

    def _answer(self, method: str, path: str, **options: Any) -> httpx.Response:
        for delay_s in RETRY_DELAYS_S:
            try:
                response = self._http.request(method, path, **options)
            except httpx.ConnectError as error:
                raise ServiceUnreachableError(self.base_url, str(error)) from error
            except httpx.TransportError:
                self.sleep(jittered(delay_s))
                continue
            wait_s = wait_before_retry_s(response, delay_s)
            if wait_s is None:
                return response
            self.sleep(wait_s)
        return self._first_answer(method, path, **options)

    def _first_answer(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **options)
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise ServiceUnreachableError(self.base_url, reason) from error


def is_loopback(url: str) -> bool:
    """Loopback addresses are never reached through a proxy."""
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not match, or a port that is none
        raise InvalidAddressError(url) from None
    if not has_host or parts.scheme not in {"http", "https"}:
        raise InvalidAddressError(url)
    return url


def _timeout(timeout_s: float) -> httpx.Timeout:
    return httpx.Timeout(timeout_s, connect=min(timeout_s, _CONNECT_WITHIN_S))


def _key_header(key: str | None) -> dict[str, str]:
    return {"Idempotency-Key": key or str(uuid.uuid4())}


def _params(query: Mapping[str, object]) -> dict[str, str]:
    return {name: _text(value) for name, value in query.items() if value is not None}


def _text(value: object) -> str:
    """As addresses say it. A moment without a zone is one of this machine's clock."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return (value.astimezone() if value.tzinfo is None else value).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:  # no JSON, or no UTF-8
        return None


def _accepted(response: httpx.Response) -> httpx.Response:
    """The response, unless it is a refusal: that is raised."""
    if not response.is_success:
        body = _json(response)
        problem = body if isinstance(body, dict) else {"detail": response.text[:500]}
        raise refusal(response.status_code, problem, retry_after_s=retry_after_s(response))
    return response


def _read(response: httpx.Response) -> Any:
    if response.status_code == httpx.codes.NO_CONTENT:
        return None
    body = _json(_accepted(response))
    if body is None:
        raise refusal(502, {"detail": f"{response.url} answered something that is not JSON"})
    return body
