"""Public keys of an identity provider, fetched when needed and kept while it is away."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import structlog

from api.errors import UnavailableError
from api.security.keys import PinnedKey, public_keys

log = structlog.get_logger(__name__)

KEEP_S = 900.0
"""How long keys are used before they are asked for again: the time a withdrawn one still counts."""

LEAST_PAUSE_S = 10.0
"""Between two attempts, whatever tokens arrive: a made-up key id costs the provider nothing."""

_WITHIN_S = 5.0
_MOST_BYTES = 1 << 20

Fetch = Callable[[str], Mapping[str, Any]]


class ProviderKeys:
    """`api.security.keys.Keys` from a JWKS address."""

    def __init__(
        self, url: str, *, fetch: Fetch | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._fetch = fetch or fetch_document
        self._clock = clock
        self._keys: Mapping[str | None, PinnedKey] | None = None
        self._fetched_at = self._tried_at = float("-inf")
        self._turn = threading.Lock()

    def find(self, key_id: str | None) -> PinnedKey | None:
        """The key of this name. An unknown name may be a new key, so the keys are looked up again.

        Raises `UnavailableError` while no key was ever received.
        """
        is_known = self._pick(key_id) is not None
        if not is_known or self._clock() - self._fetched_at > KEEP_S:
            self._refresh(wait=not is_known)
        if self._keys is None:
            raise UnavailableError("The keys that sign tokens cannot be had; try again later")
        return self._pick(key_id)

    def _pick(self, key_id: str | None) -> PinnedKey | None:
        keys = self._keys or {}
        if key_id is None and len(keys) == 1:
            return next(iter(keys.values()))
        return keys.get(key_id)

    def _refresh(self, *, wait: bool) -> None:
        if not self._turn.acquire(blocking=wait):
            return  # somebody is asking, and the keys we have do meanwhile
        try:
            if self._clock() - self._tried_at >= LEAST_PAUSE_S:
                self._ask()
        finally:
            self._turn.release()

    def _ask(self) -> None:
        self._tried_at = self._clock()
        try:
            self._keys = public_keys(self._fetch(self._url))
        except (OSError, httpx.HTTPError, ValueError, LookupError, TypeError):
            log.warning("signing keys not received", has_keys=bool(self._keys), exc_info=True)
        else:
            self._fetched_at = self._clock()
            log.info("signing keys received", keys=len(self._keys))


def fetch_document(url: str) -> Mapping[str, Any]:
    """A JSON object from an address `file://`, `http://` or `https://`."""
    parts = urlsplit(url)
    content = Path(unquote(parts.path)).read_bytes() if parts.scheme == "file" else _download(url)
    document = json.loads(content)
    if not isinstance(document, dict):
        raise TypeError("The keys are not a JSON object")
    return document


def _download(url: str) -> bytes:
    with httpx.stream("GET", url, timeout=_WITHIN_S) as answer:
        answer.raise_for_status()
        content = bytearray()
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > _MOST_BYTES:
                raise ValueError(f"The keys are larger than {_MOST_BYTES} bytes")
    return bytes(content)
