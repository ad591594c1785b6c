"""The child process of `api.chores.children`.

`python -m api.chores.child store FILE`, `… holds DIGEST`, `… fetch DIGEST DIRECTORY`,
`… reclaim JSON`,
`… read-text MANIFEST NAME`, or `… import-sales FILE TYPE TENANT`.

Writes its result as JSON to standard output. Status 3 means that the file was refused, and 4 that
the files of a model cannot be used; then the output says why.
"""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

from api.chores.local import LocalChores
from api.chores.protocol import REFUSED, UNREADABLE
from api.errors import InvalidRequestError, ModelNotLoadableError
from core.artifacts import ArtifactStore
from core.logs import configure_logs
from core.settings import Settings
from db.engine import create_engine, create_sessions
from db.tenancy import as_tenant


def main(arguments: Sequence[str]) -> int:
    settings = Settings.from_environment()
    configure_logs("api chore", settings.log_level)
    if settings.database_url is None:
        raise SystemExit("DATABASE_URL is not set")
    os.nice(5)
    chores = LocalChores(
        create_sessions(create_engine(settings.database_url, pool_size=1)),
        ArtifactStore.from_settings(settings),
        max_products=settings.max_products_per_tenant,
        signing_key=settings.artifact_signing_key,
    )
    try:
        sys.stdout.write(run(chores, arguments))
    except InvalidRequestError as error:
        sys.stdout.write(json.dumps({"detail": error.detail, **error.more}))
        return REFUSED
    except ModelNotLoadableError as error:
        sys.stdout.write(json.dumps({"detail": error.detail}))
        return UNREADABLE
    return 0


def run(chores: LocalChores, arguments: Sequence[str]) -> str:
    match arguments:
        case ["store", path]:
            blob = chores.store(Path(path))
            return json.dumps({"digest": blob.digest, "size": blob.size})
        case ["holds", digest]:
            return json.dumps(chores.holds(digest))
        case ["fetch", digest, directory]:
            return json.dumps(str(chores.fetch(digest, Path(directory))))
        case ["reclaim", freed]:
            return json.dumps(asdict(chores.reclaim(json.loads(freed))))
        case ["read-text", manifest_digest, name]:
            return json.dumps(chores.read_text(manifest_digest, name))
        case ["import-sales", path, media_type, tenant_id]:
            with as_tenant(UUID(tenant_id)):
                report = chores.import_sales(Path(path), media_type, UUID(tenant_id))
            return report.model_dump_json()
    raise SystemExit(__doc__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
