"""The service that asks for tokens, behind a real server; each test is a tenant of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from uuid import UUID, uuid4

import pytest

from client import Client
from core.embedded import EmbeddedPostgres, EmbeddedValkey
from tests.api.conftest import Served, start_api
from tests.api.security.tokens import AUDIENCE, ISSUER, SECRET, token
from tests.fixtures.database import copied_database

WITH_TOKENS = {
    "auth_mode": "jwt",
    "jwt_secret": SECRET,
    "jwt_audience": AUDIENCE,
    "jwt_issuer": ISSUER,
    "webhook_allowed_networks": "127.0.0.0/8",
}

Login = Callable[..., Client]


@pytest.fixture(scope="package")
def served(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, template_database: str
) -> Iterator[Served]:
    directory = tmp_path_factory.mktemp("client")
    with ExitStack() as stack:
        database_url = stack.enter_context(copied_database(postgres.url, template_database))
        valkey = EmbeddedValkey(directory / "valkey")
        valkey.start()
        stack.callback(valkey.stop)
        yield start_api(stack, directory, database_url, valkey, WITH_TOKENS)


@pytest.fixture
def tenant_id() -> UUID:
    return uuid4()


@pytest.fixture
def login(served: Served, tenant_id: UUID) -> Iterator[Login]:
    """Clients of the test's tenant, with some scope."""
    with ExitStack() as stack:

        def client(scope: str = "admin") -> Client:
            return stack.enter_context(Client(served.url, token=token(tenant_id, scope=scope)))

        yield client


@pytest.fixture
def studio(login: Login) -> Client:
    return login()
