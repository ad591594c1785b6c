"""The API in this process over WSGI, and served by gunicorn on a real socket."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from core.embedded import EmbeddedPostgres, EmbeddedValkey
from core.settings import Settings
from db.engine import Sessions
from db.tables import DEFAULT_TENANT_ID, Product
from tests.fixtures.application import application
from tests.fixtures.served import SIGNING_KEY, Serve, Served, served_apart, start_api


@pytest.fixture
def sent() -> list[str]:
    """The names of the tasks that the API sent."""
    return []


@pytest.fixture
def app(
    tmp_path: Path, sessions: Sessions, valkey_url: str, key_prefix: str, sent: list[str]
) -> Iterator[Flask]:
    settings = Settings(
        data_dir=str(tmp_path), max_http_upload_mb=8, artifact_signing_key=SIGNING_KEY
    )
    with application(settings, sessions, valkey_url, key_prefix, sent) as app:
        yield app


@pytest.fixture
def http(app: Flask) -> Iterator[httpx.Client]:
    transport = httpx.WSGITransport(app, raise_app_exceptions=False)
    with httpx.Client(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.fixture
def bakery(session: Session) -> list[Product]:
    """Three products of the default tenant."""
    products = [
        Product(tenant_id=DEFAULT_TENANT_ID, sku=sku, name=sku.title(), category="Bread")
        for sku in ("baguette", "croissant", "rye")
    ]
    session.add_all(products)
    session.commit()
    return products


@pytest.fixture
def serve(
    tmp_path: Path, fresh_database_url: str, own_valkey: Callable[[], EmbeddedValkey]
) -> Iterator[Serve]:
    """Starts the API with some settings changed."""
    with ExitStack() as stack:
        yield lambda **variables: start_api(
            stack, tmp_path, fresh_database_url, own_valkey(), variables
        )


@pytest.fixture(scope="package")
def shared_served(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, template_database: str
) -> Iterator[Served]:
    """An API for tests that leave nothing behind which another would notice."""
    directory = tmp_path_factory.mktemp("shared")
    limits = {
        "max_upload_mb": 1,
        "websocket_start_timeout": 2,
        "websocket_max_connections": 1000,
    }
    with served_apart(directory, postgres, template_database, limits) as served:
        yield served
