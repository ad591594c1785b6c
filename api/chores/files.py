"""The chores that concern only the artifact store: no database, no library of tables."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp

import structlog

from api.errors import ModelNotLoadableError, UnavailableError, cannot_keep
from core.artifacts import ArtifactStore, Blob
from core.bundles import load_file
from core.errors import ArtifactError, ArtifactStoreAwayError, ManifestError

log = structlog.get_logger(__name__)

_TAKES_NOTHING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})


class FileChores:
    def __init__(self, store: ArtifactStore, *, signing_key: str | None = None) -> None:
        self._store = store
        self._signing_key = signing_key

    def store(self, path: Path) -> Blob:
        with reached(), path.open("rb") as file:
            return self._store.put(file)

    def holds(self, digest: str) -> bool:
        with reached():
            return self._store.exists(digest)

    def fetch(self, digest: str, directory: Path) -> Path:
        with reached(), ExitStack() as undo:
            place = Path(mkdtemp(dir=directory))
            undo.callback(shutil.rmtree, place, ignore_errors=True)
            path = self._store.fetch(digest, place)
            undo.pop_all()
            return path

    def read_text(self, manifest_digest: str, name: str) -> str:
        if self._signing_key is None:
            raise ModelNotLoadableError(
                "The files of models cannot be verified here: the operator has to give the API the"
                " key of the workers (ARTIFACT_SIGNING_KEY)"
            )
        try:
            with reached():
                content = load_file(self._store, manifest_digest, self._signing_key, name)
        except (ArtifactError, ManifestError) as error:
            raise ModelNotLoadableError(
                f"The files of the model cannot be used ({error}). Train the model again, or have"
                " the operator bring back the store of the models and its key"
                " (ARTIFACT_SIGNING_KEY)"
            ) from error
        if content is None:
            raise ModelNotLoadableError(f"The model has no file {name}")
        return content.decode()


@contextmanager
def reached() -> Iterator[None]:
    """A store that does not answer, or a disk that takes nothing, is an `UnavailableError`."""
    try:
        yield
    except ArtifactStoreAwayError as error:
        log.warning("artifact store away", error=str(error))
        raise UnavailableError(
            "The store of files and models does not answer; try again in a few seconds"
        ) from error
    except OSError as error:
        if error.errno not in _TAKES_NOTHING:
            raise
        log.warning("disk takes nothing", error=str(error))
        raise cannot_keep(error) from error
