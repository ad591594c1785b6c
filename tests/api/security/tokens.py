"""Tokens as an identity provider would issue them, and such as it never would."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

SECRET = "a secret of the tests that is long enough"
AUDIENCE = "model-studio"
ISSUER = "https://login.example"
OURS, THEIRS = UUID(int=0xA), UUID(int=0xB)

Claims = dict[str, Any]
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def claims(tenant_id: object = OURS, *, scope: str = "admin", **changes: Any) -> Claims:
    """Everything that is asked for; None takes a claim away."""
    now = int(time.time())
    whole = {
        "tenant_id": str(tenant_id),
        "sub": "ada",
        "scope": scope,
        "aud": AUDIENCE,
        "iss": ISSUER,
        "iat": now,
        "exp": now + 3600,
    } | changes
    return {name: value for name, value in whole.items() if value is not None}


def token(tenant_id: object = OURS, *, scope: str = "admin", **changes: Any) -> str:
    return jwt.encode(claims(tenant_id, scope=scope, **changes), SECRET, "HS256")


def bearer(tenant_id: object = OURS, *, scope: str = "admin", **changes: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(tenant_id, scope=scope, **changes)}"}


def forge(head: Claims, secret: bytes) -> str:
    """Signed with HMAC by hand, because the library refuses a public key as a secret."""
    content = ".".join(map(_part, (head, claims()))).encode()
    signature = hmac.digest(secret, content, "sha256")
    return f"{content.decode()}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def unsigned(algorithm: str = "none") -> str:
    parts = ({"alg": algorithm, "typ": "JWT"}, claims())
    return ".".join(map(_part, parts)) + "."


def _part(content: Claims) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _long_ago() -> int:
    return int(time.time()) - 3600


def _much_later() -> int:
    return int(time.time()) + 3600


REFUSED: dict[str, Callable[[], str]] = {
    "expired": lambda: token(exp=_long_ago()),
    "not yet valid": lambda: token(nbf=_much_later()),
    "issued in the future": lambda: token(iat=_much_later()),
    "without an end": lambda: token(exp=None),
    "wrongly signed": lambda: jwt.encode(claims(), "another secret that is long enough", "HS256"),
    "algorithm none": unsigned,
    "algorithm None": lambda: unsigned("None"),
    "another algorithm": lambda: jwt.encode(claims(), SECRET * 2, "HS512"),
    "another audience": lambda: token(aud="another service"),
    "without audience": lambda: token(aud=None),
    "another issuer": lambda: token(iss="https://evil.example"),
    "without tenant": lambda: jwt.encode(
        {name: value for name, value in claims().items() if name != "tenant_id"}, SECRET, "HS256"
    ),
    "a tenant that is no UUID": lambda: token("the bakery"),
    "a tenant that is a number": lambda: jwt.encode(claims() | {"tenant_id": 1}, SECRET, "HS256"),
    "without subject": lambda: token(sub=None),
    "an empty subject": lambda: token(sub=""),
    "the name of the service": lambda: token(sub="service"),
    "garbage": lambda: "garbage",
    "three dots": lambda: "...",
    "a changed body": lambda: _with_another_tenant(token()),
}
"""What must be refused wherever it is shown, and why."""


def _with_another_tenant(good: str) -> str:
    head, _, signature = good.split(".")
    return f"{head}.{_part(claims(THEIRS))}.{signature}"


def new_rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def new_ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public_pem(key: Key) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def jwks(**keys: Key) -> Claims:
    """The document in which a provider publishes its keys."""
    return {"keys": [_published(name, key) for name, key in keys.items()]}


def _published(name: str, key: Key) -> Claims:
    if isinstance(key, rsa.RSAPrivateKey):
        return {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": name}
    return {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": name}
