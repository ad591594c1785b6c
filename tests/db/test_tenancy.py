"""PostgreSQL itself keeps tenants apart, for every table there is."""

import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, Table, func, insert, make_url, select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningDelete, ReturningUpdate

from core.embedded import EmbeddedPostgres
from db.engine import Sessions, create_engine, create_sessions
from db.errors import ApplicationRoleError
from db.migrate import upgrade
from db.schema import metadata
from db.tables import DEFAULT_TENANT_ID, Product, Tenant, TrainingJob
from db.tenancy import APPLICATION_ROLE, across_tenants, as_system, as_tenant, closed
from tests.db.every_table import SERVICE_TABLES, TENANT_TABLES, Rows, add_rows, new_row

OURS, THEIRS = UUID(int=0xA), UUID(int=0xB)


@pytest.fixture
def filled(session: Session) -> dict[UUID, Rows]:
    """One row of each tenant in every table that belongs to tenants."""
    made = {tenant_id: add_rows(session, tenant_id) for tenant_id in (OURS, THEIRS)}
    session.commit()
    return made


NO_RIGHT = "permission denied"


def touched(session: Session, statement: ReturningUpdate[Any] | ReturningDelete[Any]) -> object:
    """The rows that a statement reached, or that tenants may not do this to any row."""
    try:
        return list(session.execute(statement))
    except ProgrammingError as refused:
        return NO_RIGHT if NO_RIGHT in str(refused) else refused


def count(sessions: Sessions, table: Table) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("table", TENANT_TABLES, ids=str)
def test_a_tenant_sees_its_own_row_only(
    table: Table, sessions: Sessions, filled: dict[UUID, Rows]
) -> None:
    with as_tenant(OURS), sessions() as session:
        seen = [dict(row._mapping) for row in session.execute(select(table))]
    assert seen == [filled[OURS][table.name]]


@pytest.mark.parametrize("table", TENANT_TABLES, ids=str)
def test_who_is_nobody_sees_nothing(
    table: Table, sessions: Sessions, filled: dict[UUID, Rows]
) -> None:
    assert len(filled) == 2
    assert count(closed(sessions), table) == 0
    with as_system():
        assert count(closed(sessions), table) >= 2


@pytest.mark.parametrize("table", TENANT_TABLES, ids=str)
def test_rows_of_others_cannot_be_changed_or_removed(
    table: Table, sessions: Sessions, filled: dict[UUID, Rows]
) -> None:
    theirs = filled[THEIRS][table.name]
    key = [column == theirs[column.name] for column in table.primary_key]
    column = list(table.columns)[-1]
    for statement in (
        update(table).where(*key).values({column: column}).returning(column),
        table.delete().where(*key).returning(column),
    ):
        with as_tenant(OURS), sessions() as session:
            assert touched(session, statement) in ([], NO_RIGHT)


@pytest.mark.parametrize("table", TENANT_TABLES, ids=str)
def test_no_row_can_be_made_for_others(
    table: Table, sessions: Sessions, filled: dict[UUID, Rows]
) -> None:
    new = new_row(table, THEIRS, filled[THEIRS])
    with (
        as_tenant(OURS),
        sessions() as session,
        pytest.raises(ProgrammingError, match=r"row-level security|permission denied"),
    ):
        session.execute(insert(table).values(new))


@pytest.mark.parametrize("name", sorted(SERVICE_TABLES))
def test_tables_of_the_service_are_closed_to_tenants(name: str, sessions: Sessions) -> None:
    with (
        as_tenant(OURS),
        sessions() as session,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        session.execute(select(metadata.tables[name]))


def test_the_audit_trail_can_only_grow(sessions: Sessions, filled: dict[UUID, Rows]) -> None:
    table = metadata.tables["audit_log"]
    for statement in (update(table).values(actor="me"), table.delete()):
        with (
            as_tenant(OURS),
            sessions() as session,
            pytest.raises(ProgrammingError, match="permission denied"),
        ):
            session.execute(statement)
    assert filled[OURS]["audit_log"]["actor"] != "me"


@pytest.fixture
def shared_engine(fresh_database_url: str) -> Iterator[Engine]:
    """One connection, which every session of the test gets in turn."""
    engine = create_engine(fresh_database_url, pool_size=1, max_overflow=0)
    yield engine
    engine.dispose()


def role_of(session: Session) -> tuple[str, str]:
    return session.execute(
        text("SELECT current_user::text, current_setting('model_studio.tenant_id', true)")
    ).one()


def test_a_pooled_connection_does_not_carry_the_tenant_on(shared_engine: Engine) -> None:
    sessions = create_sessions(shared_engine)
    with sessions() as session:
        owner, _ = role_of(session)
    endings = (Session.commit, Session.rollback, Session.close)
    for end in endings:
        with as_tenant(OURS), sessions() as session:
            assert role_of(session) == (APPLICATION_ROLE, str(OURS))
            end(session)
        with sessions() as session:
            assert role_of(session) == (owner, "")


def test_a_savepoint_stays_with_its_tenant(shared_engine: Engine) -> None:
    sessions = create_sessions(shared_engine)
    with as_tenant(OURS), sessions() as session:
        role_of(session)
        for end in ("commit", "rollback"):
            savepoint = session.begin_nested()
            assert role_of(session) == (APPLICATION_ROLE, str(OURS))
            getattr(savepoint, end)()
            assert role_of(session) == (APPLICATION_ROLE, str(OURS))


def test_a_thread_starts_without_a_tenant(shared_engine: Engine) -> None:
    sessions, seen = closed(create_sessions(shared_engine)), []

    def look() -> None:
        with sessions() as session:
            seen.append(role_of(session))

    with as_tenant(OURS):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == [(APPLICATION_ROLE, "")]


def test_across_tenants_ends_with_its_block(sessions: Sessions, filled: dict[UUID, Rows]) -> None:
    def jobs(session: Session) -> int:
        return session.scalar(select(func.count()).select_from(TrainingJob)) or 0

    assert len(filled) == 2
    with as_tenant(OURS), sessions() as session:
        assert jobs(session) == 1
        with across_tenants(session):
            assert jobs(session) == 2
        assert jobs(session) == 1


def test_an_error_across_tenants_leaves_nothing_open(sessions: Sessions) -> None:
    with as_tenant(OURS), sessions() as session:
        with pytest.raises(LookupError), across_tenants(session):
            raise LookupError
        assert role_of(session) == (APPLICATION_ROLE, str(OURS))


def test_a_tenant_is_isolated_under_an_ordinary_owner(
    postgres: EmbeddedPostgres, ordinary_owner: str
) -> None:
    assert postgres.url != ordinary_owner
    upgrade(ordinary_owner)
    engine = create_engine(ordinary_owner)
    sessions = create_sessions(engine)
    with sessions.begin() as session:
        session.add_all([Tenant(id=OURS, name="ours"), Tenant(id=THEIRS, name="theirs")])
        session.flush()
        for tenant_id in (OURS, THEIRS):
            session.add(Product(tenant_id=tenant_id, sku="bread", name="Bread"))
    with as_tenant(OURS), sessions() as session:
        assert session.scalars(select(Product.tenant_id)).all() == [OURS]
        assert session.scalars(select(Tenant.id)).all() == [OURS]
    with sessions() as session:
        assert len(session.scalars(select(Tenant.id)).all()) == 3
        assert session.get(Tenant, DEFAULT_TENANT_ID) is not None
    engine.dispose()


def test_a_user_who_may_not_have_the_role_is_told_what_to_run(unprivileged_owner: str) -> None:
    with pytest.raises(ApplicationRoleError) as refused:
        upgrade(unprivileged_owner)
    user = make_url(unprivileged_owner).username
    assert f'GRANT {APPLICATION_ROLE} TO "{user}"' in str(refused.value)


def _owned_database(postgres: EmbeddedPostgres, attributes: str) -> Iterator[str]:
    name = f"owner_{uuid4().hex[:8]}"
    server = create_engine(postgres.url)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD '{name}' {attributes}"))
        connection.execute(text(f"CREATE DATABASE {name} OWNER {name}"))
        if "CREATEROLE" in attributes:
            connection.execute(text(f"GRANT {APPLICATION_ROLE} TO {name} WITH ADMIN OPTION"))
        url = make_url(postgres.url).set(username=name, password=name, database=name)
        yield url.render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        connection.execute(text(f"DROP ROLE {name}"))
    server.dispose()


@pytest.fixture
def ordinary_owner(postgres: EmbeddedPostgres, template_database: str) -> Iterator[str]:
    """A database whose owner is no superuser, on a server that has the role already."""
    assert template_database
    yield from _owned_database(postgres, "CREATEROLE")


@pytest.fixture
def unprivileged_owner(postgres: EmbeddedPostgres, template_database: str) -> Iterator[str]:
    assert template_database
    yield from _owned_database(postgres, "")
