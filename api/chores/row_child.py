"""The child process of `api.chores.children` for chores that need the database.

`python -m api.chores.row_child reclaim JSON`, or `… import-sales FILE TYPE TENANT
JSON`; results and statuses are those of `api.chores.file_child`.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from api.chores.file_child import finish
from api.chores.local import LocalChores
from api.chores.memory import TOO_MUCH, limit_memory
from api.errors import DATABASE_AWAY, InvalidRequestError, UnavailableError
from api.sales.schemas import ImportQuery
from core.artifacts import ArtifactStore
from core.settings import Settings
from db.engine import create_engine, create_sessions
from db.liveness import is_away
from db.tenancy import as_tenant

log = structlog.get_logger(__name__)

LONGEST_PAUSE_S = 600.0
"""Of a transaction: an import reads the next rows of its file in one, which takes seconds."""


def main(arguments: Sequence[str]) -> int:
    settings = Settings.from_environment()
    if settings.database_url is None:
        raise SystemExit("DATABASE_URL is not set")
    chores = LocalChores(
        create_sessions(
            create_engine(settings.database_url, pool_size=1, longest_pause_s=LONGEST_PAUSE_S)
        ),
        ArtifactStore.from_settings(settings),
        max_products=settings.max_products_per_tenant,
        max_file_bytes=settings.max_http_upload_mb * 10**6,
    )
    return finish(settings, lambda: run(chores, arguments))


@contextmanager
def database_reached() -> Iterator[None]:
    """A database that is away is an `UnavailableError`, as it is for every other request."""
    try:
        yield
    except DBAPIError as error:
        if not is_away(error):
            raise
        log.warning("database unreachable", error=str(error.orig))
        raise UnavailableError(DATABASE_AWAY) from error


@database_reached()
def run(chores: LocalChores, arguments: Sequence[str]) -> str:
    match arguments:
        case ["reclaim", freed]:
            return json.dumps(asdict(chores.reclaim(json.loads(freed))))
        case ["import-sales", path, media_type, tenant_id, query]:
            limit_memory()
            try:
                with as_tenant(UUID(tenant_id)):
                    report = chores.import_sales(
                        Path(path),
                        media_type,
                        UUID(tenant_id),
                        ImportQuery.model_validate_json(query),
                    )
            except MemoryError as error:
                raise InvalidRequestError(TOO_MUCH) from error
            return report.model_dump_json()
    raise SystemExit(__doc__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
