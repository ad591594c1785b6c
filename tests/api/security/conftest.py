"""The API that asks for tokens: in this process, and served."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from flask import Flask

from core.embedded import EmbeddedPostgres
from core.settings import Settings
from db.engine import Sessions
from tests.api.security.tokens import AUDIENCE, ISSUER, SECRET
from tests.fixtures.application import application
from tests.fixtures.served import Served, served_apart

WITH_TOKENS = {
    "auth_mode": "jwt",
    "jwt_secret": SECRET,
    "jwt_audience": AUDIENCE,
    "jwt_issuer": ISSUER,
}

Configured = Callable[..., Flask]


@pytest.fixture
def configured(
    tmp_path: Path, sessions: Sessions, valkey_url: str, key_prefix: str
) -> Iterator[Configured]:
    """Makes the API with tokens and some settings changed."""
    with ExitStack() as stack:

        def make(**changes: object) -> Flask:
            settings = Settings.model_validate(
                {"data_dir": str(tmp_path), **WITH_TOKENS, **changes}
            )
            return stack.enter_context(application(settings, sessions, valkey_url, key_prefix, []))

        yield make


@pytest.fixture
def connect() -> Iterator[Callable[[Flask], httpx.Client]]:
    with ExitStack() as stack:

        def open_client(app: Flask) -> httpx.Client:
            transport = httpx.WSGITransport(app, raise_app_exceptions=False)
            return stack.enter_context(
                httpx.Client(transport=transport, base_url="http://localhost")
            )

        yield open_client


@pytest.fixture
def secured(configured: Configured, connect: Callable[[Flask], httpx.Client]) -> httpx.Client:
    return connect(configured())


@pytest.fixture(scope="package")
def served_with_tokens(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, template_database: str
) -> Iterator[Served]:
    directory = tmp_path_factory.mktemp("tokens")
    asked = WITH_TOKENS | {"log_level": "DEBUG"}
    with served_apart(directory, postgres, template_database, asked) as served:
        yield served
