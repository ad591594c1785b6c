"""The service that asks for tokens, behind a real server; each test is a tenant of its own."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from client import Client
from client.cli import main
from core.embedded import EmbeddedPostgres
from tests.api.security.tokens import AUDIENCE, ISSUER, SECRET, token
from tests.fixtures.served import SIGNING_KEY, Served, served_apart

WITH_TOKENS = {
    "auth_mode": "jwt",
    "jwt_secret": SECRET,
    "jwt_audience": AUDIENCE,
    "jwt_issuer": ISSUER,
    "webhook_allowed_networks": "127.0.0.0/8",
    "artifact_signing_key": SIGNING_KEY,
}

Login = Callable[..., Client]


@dataclass(frozen=True)
class Done:
    returncode: int | str | None
    stdout: str
    stderr: str


Run = Callable[..., Done]
Tell = Callable[..., Any]


@pytest.fixture(scope="package")
def served(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, template_database: str
) -> Iterator[Served]:
    directory = tmp_path_factory.mktemp("client")
    with served_apart(directory, postgres, template_database, WITH_TOKENS) as running:
        yield running


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


@pytest.fixture
def run(
    served: Served,
    tenant_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """In this process, because starting one for each command would take minutes."""
    monkeypatch.setenv("MODEL_STUDIO_URL", served.url)

    def command(*arguments: str, scope: str = "admin") -> Done:
        monkeypatch.setenv("MODEL_STUDIO_TOKEN", token(tenant_id, scope=scope))
        monkeypatch.setattr(sys, "argv", ["model-studio", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        return Done(left.value.code, *capsys.readouterr())

    return command


@pytest.fixture
def tell(run: Run) -> Tell:
    """What a command tells programs."""

    def told(*arguments: str) -> Any:
        done = run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return json.loads(done.stdout)

    return told
