"""HTTP with the service's errors raised as ours."""

import json
import random
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from client.errors import InvalidAddressError, ServiceUnreachableError, refusal

RETRY_DELAYS_S = (0.25, 1.0, 3.0)
_STARTING = frozenset({502, 503, 504})


class Connection:
    """Requests to one service. Requests that may be repeated are, when the connection breaks."""

    def __init__(
        self,
        base_url: str,
        *,
        timeout_s: float,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base_url = _checked(base_url).rstrip("/")
        self._sleep = sleep
        self._http = httpx.Client(
            base_url=self.base_url,
            timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, 5.0)),
            transport=transport,
            trust_env=not is_loopback(base_url),
        )

    def get(self, path: str, **query: object) -> Any:
        params = {name: str(value) for name, value in query.items() if value is not None}
        return self._repeat("GET", path, params=params)

    def probe(self, path: str) -> Any:
        """One GET without a second try."""
        return self._once("GET", path)

    def post(self, path: str, body: Mapping[str, Any], *, key: str | None = None) -> Any:
        """With an idempotency key the request is repeated when the connection breaks."""
        if key is None:
            return self._once("POST", path, json=body)
        return self._repeat("POST", path, json=body, headers={"Idempotency-Key": key})

    def send_file(self, path: str, *, timeout_s: float, **parts: Any) -> Any:
        """One request whose body is a file; reading it on the other side may take `timeout_s`."""
        return self._once("POST", path, timeout=httpx.Timeout(timeout_s, connect=5.0), **parts)

    def close(self) -> None:
        self._http.close()

    def _repeat(self, method: str, path: str, **options: Any) -> Any:
        for delay_s in RETRY_DELAYS_S:
            try:
                response = self._http.request(method, path, **options)
            except httpx.ConnectError as error:
                raise ServiceUnreachableError(self.base_url, str(error)) from error
            except httpx.TransportError:
                self._sleep(_jittered(delay_s))
                continue
            if response.status_code not in _STARTING:
                return _read(response)
            self._sleep(_jittered(delay_s))
        return self._once(method, path, **options)

    def _once(self, method: str, path: str, **options: Any) -> Any:
        try:
            response = self._http.request(method, path, **options)
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise ServiceUnreachableError(self.base_url, reason) from error
        return _read(response)


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


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        return None


def _jittered(delay_s: float) -> float:
    return delay_s * random.uniform(0.5, 1.5)


def _read(response: httpx.Response) -> Any:
    body = _json(response)
    if not response.is_success:
        problem = body if isinstance(body, dict) else {"detail": response.text[:500]}
        raise refusal(response.status_code, problem)
    if body is None:
        raise refusal(502, {"detail": f"{response.url} answered something that is not JSON"})
    return body
