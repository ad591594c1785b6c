"""Who is let in, and who is told why not."""

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from api.errors import UnauthorizedError, UnavailableError
from api.security.jwks import KEEP_S, LEAST_PAUSE_S, ProviderKeys
from api.security.tokens import TokenReader
from db.tables import Tenant
from tests.api.security.conftest import Configured
from tests.api.security.tokens import (
    OURS,
    REFUSED,
    bearer,
    claims,
    forge,
    jwks,
    new_ec_key,
    new_rsa_key,
    public_pem,
    token,
)

OWN = "/api/v1/training/tenant"
RSA_KEY, EC_KEY, SMALL_KEY = new_rsa_key(), new_ec_key(), new_rsa_key(1024)
PROVIDED = jwks(rsa=RSA_KEY, ec=EC_KEY, small=SMALL_KEY)


def test_a_good_token_is_let_in(secured: httpx.Client) -> None:
    assert secured.get(OWN, headers=bearer()).status_code == 200


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_a_bad_token_is_refused(make: Callable[[], str], secured: httpx.Client) -> None:
    answer = secured.get(OWN, headers={"Authorization": f"Bearer {make()}"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith(
        'Bearer realm="model-studio", error="invalid_token"'
    )
    assert answer.json()["detail"]


@pytest.mark.parametrize("given", ["", "Basic YTpi", "Bearer", "bearer "])
def test_without_a_token_nothing_is_shown(given: str, secured: httpx.Client) -> None:
    answer = secured.get(OWN, headers={"Authorization": given})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="model-studio"'


@pytest.mark.parametrize("name", ["token", "access_token", "bearer", "authorization"])
def test_a_token_in_the_address_counts_for_nothing(name: str, secured: httpx.Client) -> None:
    assert secured.get(OWN, params={name: token()}).status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/", "/openapi.json"])
def test_what_is_open_asks_for_no_token(path: str, secured: httpx.Client) -> None:
    assert secured.get(path).status_code == 200


@pytest.mark.parametrize(
    ("scope", "method", "path", "lacks"),
    [
        ("", "GET", OWN, "read"),
        ("train deploy", "GET", OWN, "read"),
        ("read", "POST", "/api/v1/training/start", "train"),
        ("read train deploy", "GET", "/api/v1/training/audit", "admin"),
        ("unknown readers", "GET", OWN, "read"),
    ],
)
def test_a_missing_scope_is_named(
    scope: str, method: str, path: str, lacks: str, secured: httpx.Client
) -> None:
    answer = secured.request(method, path, headers=bearer(scope=scope))
    assert answer.status_code == 403
    assert answer.json()["scope"] == lacks
    assert lacks in answer.json()["detail"]
    assert f'scope="{lacks}"' in answer.headers["WWW-Authenticate"]


def test_unknown_scopes_are_ignored(secured: httpx.Client) -> None:
    assert secured.get(OWN, headers=bearer(scope="coffee read tea")).status_code == 200


def test_a_tenant_gets_its_row_when_it_is_first_seen(
    secured: httpx.Client, session: Session
) -> None:
    new = uuid4()
    for _ in range(2):
        assert secured.get("/api/v1/training/tenant", headers=bearer(new)).json()["id"] == str(new)
    assert session.get(Tenant, new) is not None


@pytest.fixture
def provider(tmp_path: Path) -> Path:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(PROVIDED))
    return file


@pytest.fixture
def with_provider(
    configured: Configured, connect: Callable[[Flask], httpx.Client], provider: Path
) -> httpx.Client:
    return connect(configured(jwt_secret=None, jwt_jwks_url=provider.as_uri()))


@pytest.mark.parametrize(
    ("key", "algorithm", "name", "status"),
    [
        (RSA_KEY, "RS256", "rsa", 200),
        (EC_KEY, "ES256", "ec", 200),
        (RSA_KEY, "RS256", "ec", 401),
        (RSA_KEY, "RS384", "rsa", 401),
        (RSA_KEY, "PS256", "rsa", 401),
        (RSA_KEY, "RS256", "unknown", 401),
        (RSA_KEY, "RS256", None, 401),
    ],
)
def test_keys_of_a_provider(
    key: object, algorithm: str, name: str | None, status: int, with_provider: httpx.Client
) -> None:
    headers = None if name is None else {"kid": name}
    signed = jwt.encode(claims(), key, algorithm, headers=headers)  # type: ignore[arg-type]  # either
    answer = with_provider.get(OWN, headers={"Authorization": f"Bearer {signed}"})
    assert answer.status_code == status


def test_a_public_key_is_no_shared_secret(with_provider: httpx.Client) -> None:
    """A token signed with the published key as if it were the secret of HS256."""
    forged = forge({"alg": "HS256", "kid": "rsa"}, public_pem(RSA_KEY))
    answer = with_provider.get(OWN, headers={"Authorization": f"Bearer {forged}"})
    assert answer.status_code == 401


class Provider:
    """Publishes keys, counts who asks, and may be away."""

    def __init__(self) -> None:
        self.document: object = jwks(first=RSA_KEY)
        self.asked = 0
        self.now = 1000.0

    def fetch(self, _: str) -> dict[str, object]:
        self.asked += 1
        if isinstance(self.document, Exception):
            raise self.document
        assert isinstance(self.document, dict)
        return self.document


@pytest.fixture
def keys_of() -> tuple[Provider, ProviderKeys]:
    provider = Provider()
    keys = ProviderKeys("https://x", fetch=provider.fetch, clock=lambda: provider.now)
    return provider, keys


def test_keys_are_asked_for_once(keys_of: tuple[Provider, ProviderKeys]) -> None:
    provider, keys = keys_of
    assert all(keys.find("first") for _ in range(5))
    assert keys.find(None) is not None  # the only one
    assert provider.asked == 1


def test_a_new_key_is_found_and_made_up_ones_cost_little(
    keys_of: tuple[Provider, ProviderKeys],
) -> None:
    provider, keys = keys_of
    keys.find("first")
    provider.document = jwks(first=RSA_KEY, second=EC_KEY)
    assert keys.find("second") is None  # the provider was asked a moment ago
    provider.now += LEAST_PAUSE_S
    assert keys.find("second") is not None
    assert [keys.find(f"made up {n}") for n in range(50)] == [None] * 50
    assert provider.asked == 2


@pytest.mark.parametrize("trouble", [httpx.ConnectError("down"), {"keys": 1}, {}, OSError("gone")])
def test_the_last_good_keys_are_kept(
    trouble: object, keys_of: tuple[Provider, ProviderKeys]
) -> None:
    provider, keys = keys_of
    keys.find("first")
    provider.document, provider.now = trouble, provider.now + KEEP_S + 1
    assert keys.find("first") is not None
    assert provider.asked == 2


def test_a_withdrawn_key_ends(keys_of: tuple[Provider, ProviderKeys]) -> None:
    provider, keys = keys_of
    keys.find("first")
    provider.document, provider.now = jwks(second=EC_KEY), provider.now + KEEP_S + 1
    assert keys.find("first") is None


def test_without_any_key_the_service_is_unavailable(
    keys_of: tuple[Provider, ProviderKeys],
) -> None:
    provider, keys = keys_of
    provider.document = httpx.ConnectError("down")
    with pytest.raises(UnavailableError):
        keys.find("first")


def test_keys_that_sign_nothing_are_left_out() -> None:
    document = jwks(rsa=RSA_KEY, small=SMALL_KEY)
    document["keys"] += [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "secret"},
        {**document["keys"][0], "kid": "encrypts", "use": "enc"},
        {**document["keys"][0], "kid": "other", "alg": "RS512"},
        {"kty": "RSA", "kid": "broken"},
        "no key",
    ]
    keys = ProviderKeys("https://x", fetch=lambda _: document)
    names = ("rsa", "small", "secret", "encrypts", "other", "broken")
    assert [name for name in names if keys.find(name)] == ["rsa"]


def test_admin_may_do_everything_and_the_tenant_is_that_of_the_token() -> None:
    keys = ProviderKeys("https://x", fetch=lambda _: jwks(rsa=RSA_KEY))
    reader = TokenReader(keys, audience=None, issuer=None, leeway_s=0)
    signed = jwt.encode(claims(scope="admin"), RSA_KEY, "RS256", headers={"kid": "rsa"})
    caller = reader.read(signed)
    assert caller.scopes == {"read", "train", "deploy", "admin"}
    assert (caller.tenant_id, caller.subject) == (UUID(str(OURS)), "ada")
    with pytest.raises(UnauthorizedError):
        reader.read(signed[:-4])
