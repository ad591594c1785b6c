"""The child process of `api.chores.children` for chores that need no more than the artifact store.

`python -m api.chores.file_child store FILE`, `… holds DIGEST`, `… fetch DIGEST DIRECTORY`, or
`… read-text MANIFEST NAME`.

Writes its result as JSON to standard output. Status 3 means that the file was refused, 4 that the
files of a model cannot be used, and 5 that the store cannot be used now; then the output says why.
"""

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from api.chores.files import FileChores
from api.chores.statuses import AWAY, REFUSED, UNREADABLE
from api.errors import InvalidRequestError, ModelNotLoadableError, UnavailableError
from core.artifacts import ArtifactStore
from core.logs import configure_logs
from core.settings import Settings


def main(arguments: Sequence[str]) -> int:
    settings = Settings.from_environment()
    store = ArtifactStore.from_settings(settings)
    chores = FileChores(store, signing_key=settings.artifact_signing_key)
    return finish(settings, lambda: run(chores, arguments))


def finish(settings: Settings, chore: Callable[[], str]) -> int:
    """Do the chore, a little behind what answers requests; say its result, or why there is none."""
    configure_logs("api chore", settings.log_level)
    os.nice(5)
    try:
        sys.stdout.write(chore())
    except InvalidRequestError as error:
        sys.stdout.write(json.dumps({"detail": error.detail, **error.more}))
        return REFUSED
    except ModelNotLoadableError as error:
        sys.stdout.write(json.dumps({"detail": error.detail}))
        return UNREADABLE
    except UnavailableError as error:
        sys.stdout.write(json.dumps({"detail": error.detail}))
        return AWAY
    return 0


def run(chores: FileChores, arguments: Sequence[str]) -> str:
    match arguments:
        case ["store", path]:
            blob = chores.store(Path(path))
            return json.dumps({"digest": blob.digest, "size": blob.size})
        case ["holds", digest]:
            return json.dumps(chores.holds(digest))
        case ["fetch", digest, directory]:
            return json.dumps(str(chores.fetch(digest, Path(directory))))
        case ["read-text", manifest_digest, name]:
            return json.dumps(chores.read_text(manifest_digest, name))
    raise SystemExit(__doc__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
