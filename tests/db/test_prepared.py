"""Statements that are repeated are prepared once per connection, and mean the same as before."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg2.extensions
import pytest
from sqlalchemy import (
    ARRAY,
    Select,
    String,
    Text,
    Uuid,
    bindparam,
    event,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from db.engine import Sessions, create_engine, create_sessions
from db.prepared import repeated
from db.tables import DEFAULT_TENANT_ID, Tenant

PREPARED = text("SELECT statement, generic_plans + custom_plans FROM pg_prepared_statements")


@pytest.fixture
def sessions(fresh_database_url: str) -> Iterator[Sessions]:
    """Over one connection, which has not prepared anything."""
    engine = create_engine(fresh_database_url, pool_size=1, max_overflow=0)
    yield create_sessions(engine)
    engine.dispose()


def prepared(session: Session) -> list[tuple[str, int]]:
    """The statements of the connection, and how often each has run."""
    return [(statement, calls) for statement, calls in session.execute(PREPARED)]


def tenants_called(*names: str) -> Select[UUID]:
    return repeated(
        select(Tenant.id).where(Tenant.name.in_(names), Tenant.id == bindparam("tenant_id"))
    )


def test_a_repeated_statement_is_prepared_once(sessions: Sessions) -> None:
    sum_of = repeated(text("SELECT CAST(:one AS int) + :other"))
    for one in range(8):
        with sessions() as session:
            assert session.scalar(sum_of, {"one": one, "other": 2}) == one + 2
    with sessions() as session:
        ((statement, calls),) = prepared(session)
    assert "CAST($1 AS int) + $2" in statement
    assert calls == 8


def test_other_statements_are_sent_whole(sessions: Sessions) -> None:
    with sessions() as session:
        session.scalar(select(func.count()).select_from(Tenant))
        assert prepared(session) == []


def test_what_a_statement_was_made_with_stands_in_it(sessions: Sessions) -> None:
    wanted = {"tenant_id": DEFAULT_TENANT_ID}
    with sessions() as session:
        name = session.get_one(Tenant, DEFAULT_TENANT_ID).name
        statements = tenants_called(name, "100 % other"), tenants_called("it's nobody", "else")
        for _ in range(2):
            found, missed = (session.scalars(one, wanted).all() for one in statements)
            assert (list(found), list(missed)) == ([DEFAULT_TENANT_ID], [])
        written = [statement for statement, calls in prepared(session) if calls == 2]
    assert len(written) == 2
    assert any(f"'{name}', '100 % other'" in statement for statement in written)
    assert any("'it''s nobody', 'else'" in statement for statement in written)


def test_values_of_every_kind_arrive(sessions: Sessions) -> None:
    kinds: dict[str, tuple[TypeEngine[Any], object]] = {
        "ids": (ARRAY(Uuid()), [uuid4(), None]),
        "texts": (ARRAY(Text()), ["it's one", None]),
        "objects": (ARRAY(JSONB(), dimensions=1), [{"a": [1, None]}, {}]),
        "nothing": (Uuid(), None),
        "percent": (String(2), "50 % of 'all'"),
    }
    columns = (bindparam(name, type_=kind).label(name) for name, (kind, _) in kinds.items())
    echo: Select[Any] = repeated(select(*columns))
    values = {name: value for name, (_, value) in kinds.items()}
    with sessions() as session:
        for _ in range(2):
            assert session.execute(echo, values).one()._mapping == values
        assert len(prepared(session)) == 1


def test_a_rollback_takes_nothing_prepared_back(sessions: Sessions) -> None:
    one = repeated(select(literal(1)))
    with sessions() as session:
        session.scalar(one)
        session.rollback()
        assert session.scalar(one) == 1
        assert [calls for _, calls in prepared(session)] == [2]


def test_what_cannot_be_prepared_fails_as_any_statement(sessions: Sessions) -> None:
    wrong = repeated(text("SELECT amount FROM nowhere"))
    for _ in range(2):
        with sessions() as session, pytest.raises(ProgrammingError, match="nowhere"):
            session.scalar(wrong)
    with sessions() as session:
        assert prepared(session) == []


def test_nothing_is_prepared_behind_a_pooler(fresh_database_url: str) -> None:
    class Pooled(psycopg2.extensions.connection):
        """A pooler answers for many processes, and names none of them."""

        def get_backend_pid(self) -> int:
            return -1

    engine = create_engine(fresh_database_url)

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]) -> None:
        options["connection_factory"] = Pooled

    with create_sessions(engine)() as session:
        assert session.scalar(repeated(text("SELECT :one || ' %'")), {"one": "1"}) == "1 %"
        assert prepared(session) == []
    engine.dispose()


def test_a_connection_that_remembers_other_tables_is_replaced(sessions: Sessions) -> None:
    read = repeated(text("SELECT amount FROM amounts"))
    with sessions.begin() as session:
        session.execute(text("CREATE TABLE amounts AS SELECT 1 AS amount"))
    with sessions() as session:
        assert session.scalar(read) == 1
    with sessions.begin() as session:
        session.execute(text("ALTER TABLE amounts ALTER amount TYPE text"))

    with (
        sessions() as session,
        pytest.raises(OperationalError, match="must not change result type"),
    ):
        session.scalar(read)
    with sessions() as session:
        assert session.scalar(read) == "1"
