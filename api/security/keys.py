"""The keys that sign tokens. Each is bound to one algorithm: no token can choose its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from jwt import PyJWK
from jwt.exceptions import PyJWTError

_ALGORITHMS: Mapping[tuple[Any, Any], str] = {
    ("RSA", None): "RS256",
    ("EC", "P-256"): "ES256",
}
_LEAST_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class PinnedKey:
    key: Any
    algorithm: str


class Keys(Protocol):
    def find(self, key_id: str | None) -> PinnedKey | None:
        """The key of this name; without a name the only one there is."""


class SharedSecret:
    """One secret, known to whoever issues tokens and to us."""

    def __init__(self, secret: str) -> None:
        self._key = PinnedKey(secret, "HS256")

    def find(self, key_id: str | None) -> PinnedKey:  # noqa: ARG002  # a secret has no name
        return self._key


def public_keys(document: Mapping[str, Any]) -> dict[str | None, PinnedKey]:
    """The keys of a JWKS document that sign tokens as RS256 or ES256 do; others are left out."""
    entries = [entry for entry in document["keys"] if isinstance(entry, Mapping)]
    found = ((entry.get("kid"), _public_key(entry)) for entry in entries)
    return {key_id: key for key_id, key in found if key is not None}


def _public_key(entry: Mapping[str, Any]) -> PinnedKey | None:
    algorithm = _ALGORITHMS.get((entry.get("kty"), entry.get("crv")))
    is_for_signing = entry.get("use", "sig") == "sig"
    if algorithm is None or not is_for_signing or entry.get("alg", algorithm) != algorithm:
        return None
    try:
        key = PyJWK.from_dict(dict(entry), algorithm).key
    except (PyJWTError, ValueError):
        return None
    if algorithm == "RS256" and key.key_size < _LEAST_RSA_BITS:
        return None
    return PinnedKey(key, algorithm)
