"""Bring a database to a version of the tables, by default the newest."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from core.settings import Settings
from db import advisory_locks
from db.engine import create_engine

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate up. Processes that start together wait for the first, then find nothing to do."""
    _migrate(url, "upgrade", revision)


def downgrade(url: str, revision: str) -> None:
    """Migrate down; the data of removed tables and columns is lost."""
    _migrate(url, "downgrade", revision)


def alembic_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("file_template", "r%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _migrate(url: str, direction: str, revision: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": advisory_locks.MIGRATION}
        )
        getattr(command, direction)(alembic_config(connection), revision)
    engine.dispose()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit status is 2 when there is no database to migrate."""
    parser = argparse.ArgumentParser(prog="python -m db.migrate", description=__doc__)
    parser.add_argument("direction", nargs="?", choices=("upgrade", "downgrade"), default="upgrade")
    parser.add_argument("revision", nargs="?", help="default: head; a downgrade must name one")
    chosen = parser.parse_args(arguments)
    url = Settings.from_environment().database_url
    if url is None:
        parser.error("DATABASE_URL is not set; for example postgresql://user:password@host/name")
    if chosen.direction == "upgrade":
        upgrade(url, chosen.revision or "head")
    elif chosen.revision is None:
        parser.error("a downgrade needs a revision: base, -1, or one of db/migrations/versions")
    else:
        downgrade(url, chosen.revision)
    return 0


if __name__ == "__main__":
    sys.exit(main())
