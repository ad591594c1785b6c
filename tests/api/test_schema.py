"""Whatever is asked, the service answers as its own OpenAPI document says, and never fails.

The requests are made from the document: every edge of every parameter, right and wrong, and then
some at random, the same ones in every run. SCHEMA_EXAMPLES makes it more of the latter.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from sqlalchemy import Connection

from api.app import create_app
from api.local_chores import LocalChores
from core.artifacts import ArtifactStore
from core.embedded import EmbeddedPostgres
from core.progress import ProgressStream
from core.settings import Settings
from db.engine import create_engine, create_sessions
from tests.api.described import described_api
from tests.api.populated import populate
from tests.api.security.conftest import WITH_TOKENS
from tests.api.security.tokens import OURS, bearer
from tests.fixtures.database import copied_database, leave_the_tenant_with_each_session

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "10"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
LIVE = ["Live", "WebSocket"]
"""These wait, and look at the database from several threads."""

AnyCase = schemathesis.Case[Any]

bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)

described = described_api()


@dataclass(frozen=True)
class Here:
    """The service in this process; what a request changes is taken back after it."""

    app: Flask
    connection: Connection
    real_names: dict[str, str]

    def ask(self, case: AnyCase) -> schemathesis.Response:
        before = self.connection.begin_nested()
        try:
            return case.call(app=self.app, headers=bearer(OURS), buffered=True)
        finally:
            before.rollback()


@pytest.fixture(scope="module")
def here(
    tmp_path_factory: pytest.TempPathFactory,
    postgres: EmbeddedPostgres,
    template_database: str,
    valkey_url: str,
) -> Iterator[Here]:
    directory = tmp_path_factory.mktemp("schema")
    with copied_database(postgres.url, template_database) as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            connection.begin()
            sessions = create_sessions(engine)
            sessions.configure(bind=connection, join_transaction_mode="create_savepoint")
            leave_the_tenant_with_each_session(sessions, connection)
            with sessions() as session:
                real_names = populate(session, OURS)
            sent: list[str] = []
            stream = ProgressStream(valkey_url, prefix="schema")
            app = create_app(
                _settings(directory, valkey_url),
                sessions=sessions,
                chores=LocalChores(sessions, ArtifactStore(str(directory / "models"))),
                stream=stream,
                send=sent.append,
            )
            yield Here(app, connection, real_names)
            stream.close()
        engine.dispose()


def _settings(directory: Path, valkey_url: str) -> Settings:
    return Settings.model_validate(
        WITH_TOKENS
        | {
            "data_dir": str(directory),
            "redis_url": valkey_url,
            "rate_limit_per_minute": 10**6,
            "rate_limit_training_per_minute": 10**6,
            "prediction_timeout_seconds": 0.05,
            "max_http_upload_mb": 8,
        }
    )


@described.exclude(tag=LIVE).parametrize()
@bounded
def test_every_answer_is_as_described(case: AnyCase, here: Here) -> None:
    go_to_real_places(case, here.real_names)
    answer = here.ask(case)
    case.validate_response(answer, checks=CHECKS, excluded_checks=excused(case))


def excused(case: AnyCase) -> list[CheckFunction]:
    if case.path.endswith("/predict"):
        return [not_a_server_error]  # no worker runs here, which the document tells of as 503
    if "/products/{product_id}/" in case.path:
        return [unsupported_method]  # PUT …/products/x/sales asks for the product "x/sales"
    return []


def go_to_real_places(case: AnyCase, real_names: dict[str, str]) -> None:
    for part in (case.path_parameters, case.query):
        for name, value in part.items():
            if isinstance(value, str):
                part[name] = real_names.get(value, value)
