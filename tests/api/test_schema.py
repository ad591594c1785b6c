"""Whatever is asked, the service answers as its own OpenAPI document says, and never fails.

The requests are made from the document: every edge of every parameter, right and wrong, and then
some at random, the same ones in every run. SCHEMA_EXAMPLES makes it more of the latter.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from sqlalchemy import Connection

from core.embedded import EmbeddedPostgres
from core.settings import Settings
from db.engine import create_engine, create_sessions
from tests.api.described import AnyCase, check_cases, described_api, labels
from tests.api.populated import PLACES, populate
from tests.api.security.conftest import WITH_TOKENS
from tests.api.security.tokens import OURS, bearer
from tests.fixtures.application import application
from tests.fixtures.database import copied_database, leave_the_tenant_with_each_session
from tests.fixtures.served import served_apart
from tests.fixtures.waiting import PATIENCE_S

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "10"))
CONFORMANCE = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CHECKS = [not_a_server_error, *CONFORMANCE, negative_data_rejection, unsupported_method]
UNLIMITED = {"rate_limit_per_minute": 10**6, "rate_limit_training_per_minute": 10**6}
LIVE = {"Live", "WebSocket"}
"""These wait, and look at the database from several threads."""

LONGEST_WAIT_S = 0.1

OPERATIONS = labels()
WATCHED = [label for label, tags in OPERATIONS.items() if LIVE.intersection(tags)]

bounded = settings(
    max_examples=EXAMPLES,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def described() -> BaseSchema:
    return described_api()


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


@dataclass(frozen=True)
class There:
    """The service as gunicorn serves it."""

    url: str
    real_names: dict[str, str]


@pytest.fixture(scope="module")
def there(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, template_database: str
) -> Iterator[There]:
    directory = tmp_path_factory.mktemp("schema-served")
    asked = {**WITH_TOKENS, **UNLIMITED}
    with served_apart(directory, postgres, template_database, asked) as served:
        with served.sessions() as session:
            real_names = populate(session, OURS)
        yield There(served.url, real_names)


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
            settings = _settings(directory, valkey_url)
            with application(settings, sessions, valkey_url, "schema", []) as app:
                yield Here(app, connection, real_names)
        engine.dispose()


def _settings(directory: Path, valkey_url: str) -> Settings:
    return Settings.model_validate(
        WITH_TOKENS
        | UNLIMITED
        | {
            "data_dir": str(directory),
            "redis_url": valkey_url,
            "prediction_timeout_seconds": 0.05,
            "max_http_upload_mb": 8,
        }
    )


@pytest.mark.parametrize("label", [label for label in OPERATIONS if label not in WATCHED])
def test_every_answer_is_as_described(label: str, described: BaseSchema, here: Here) -> None:
    @bounded
    def check(case: AnyCase) -> None:
        go_to_real_places(case, here.real_names)
        answer = here.ask(case)
        case.validate_response(answer, checks=CHECKS, excluded_checks=excused(case))

    check_cases(described, label, check)


@pytest.mark.parametrize("label", WATCHED)
def test_what_is_watched_is_as_described(label: str, described: BaseSchema, there: There) -> None:
    # That there is no upgrade is said first, with 426.
    excluded: list[CheckFunction] = [negative_data_rejection] if "/ws/" in label else []

    @bounded
    def check(case: AnyCase) -> None:
        go_to_real_places(case, there.real_names)
        answer = case.call(base_url=there.url, headers=bearer(OURS), timeout=PATIENCE_S)
        case.validate_response(answer, checks=CHECKS, excluded_checks=excluded)

    check_cases(described, label, check)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}])
def test_who_is_not_known_is_refused_everywhere(
    headers: dict[str, str], described: BaseSchema, here: Here
) -> None:
    for found in described.exclude(tag=["Service", "WebSocket"]).get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        parts = {part.name: PLACES[part.name][0] for part in operation.path_parameters}
        case = operation.Case(path_parameters=parts)
        answer = case.call(app=here.app, headers=headers)
        assert answer.status_code == 401, operation.label
        case.validate_response(answer, checks=CONFORMANCE)


def excused(case: AnyCase) -> list[CheckFunction]:
    if "/ws/" in case.path:
        return [negative_data_rejection]  # that there is no upgrade is said first, with 426
    if case.path.endswith(("/predict", "/explain", "/export", "/totals")):
        return [not_a_server_error]  # no worker runs here, which the document tells of as 503
    if "/products/{product_id}/" in case.path:
        return [unsupported_method]  # PUT …/products/x/sales asks for the product "x/sales"
    return []


def go_to_real_places(case: AnyCase, real_names: dict[str, str]) -> None:
    for part in (case.path_parameters, case.query):
        for name, value in part.items():
            if isinstance(value, str):
                part[name] = real_names.get(value, value)
    if isinstance(wait := case.query.get("wait"), int | float) and wait > LONGEST_WAIT_S:
        case.query["wait"] = LONGEST_WAIT_S if wait <= 30 else wait
