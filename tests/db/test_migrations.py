"""The migrations make what the tables say, and undo it."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from db.engine import create_engine
from db.migrate import downgrade, main, upgrade
from db.schema import metadata
from db.tables import DEFAULT_TENANT_ID

DEFINITIONS = """
    SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        AND conrelid::regclass::text <> 'alembic_version'
    UNION ALL
    SELECT 'index ' || indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    UNION ALL
    SELECT concat_ws(' ', 'column', table_name, column_name, data_type, character_maximum_length,
        numeric_precision, numeric_scale, is_nullable, column_default, is_identity)
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> 'alembic_version'
"""


def definitions(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.execute(text(DEFINITIONS)).scalars())


def test_migrations_make_what_the_tables_say(fresh_database_url: str) -> None:
    engine = create_engine(fresh_database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_migrations_make_the_same_checks_and_indexes_as_the_tables(
    fresh_database_url: str,
) -> None:
    engine = create_engine(fresh_database_url)
    migrated = definitions(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    metadata.create_all(engine)
    assert migrated == definitions(engine)
    engine.dispose()


def test_downgrade_to_nothing_and_up_again(fresh_database_url: str) -> None:
    engine = create_engine(fresh_database_url)
    before = definitions(engine)
    downgrade(fresh_database_url, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    upgrade(fresh_database_url)
    assert definitions(engine) == before
    upgrade(fresh_database_url)
    with engine.connect() as connection:
        tenants = connection.execute(text("SELECT id FROM tenants")).scalars().all()
    assert tenants == [DEFAULT_TENANT_ID]
    engine.dispose()


def test_the_command_migrates(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    engine = create_engine(fresh_database_url)
    assert main(["downgrade", "base"]) == 0
    assert main([]) == 0
    assert "training_tasks" in inspect(engine).get_table_names()
    engine.dispose()


@pytest.mark.parametrize(
    ("arguments", "url", "complaint"),
    [
        ([], None, "DATABASE_URL is not set"),
        (["downgrade"], "postgresql://localhost/none", "a downgrade needs a revision"),
    ],
)
def test_the_command_says_what_is_missing(
    arguments: list[str],
    url: str | None,
    complaint: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if url is not None:
        monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert complaint in capsys.readouterr().err
