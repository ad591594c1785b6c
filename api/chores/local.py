"""The chores themselves: for the child process, and for servers with real threads."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID

from api.errors import ModelNotLoadableError
from api.sales.imports import import_file
from api.sales.schemas import ImportReport
from core.artifacts import ArtifactStore, Blob
from core.bundles import load_file
from core.errors import ArtifactError, ManifestError
from db.engine import Sessions
from db.models import stored
from db.models.stored import Reclaimed


class LocalChores:
    def __init__(
        self,
        sessions: Sessions,
        store: ArtifactStore,
        *,
        max_products: int | None = None,
        signing_key: str | None = None,
    ) -> None:
        self._sessions = sessions
        self._store = store
        self._max_products = max_products
        self._signing_key = signing_key

    def store(self, path: Path) -> Blob:
        with path.open("rb") as file:
            return self._store.put(file)

    def holds(self, digest: str) -> bool:
        return self._store.exists(digest)

    def fetch(self, digest: str, directory: Path) -> Path:
        return self._store.fetch(digest, Path(mkdtemp(dir=directory)))

    def reclaim(self, freed: Mapping[str, int]) -> Reclaimed:
        return stored.reclaim(self._sessions, self._store, freed)

    def read_text(self, manifest_digest: str, name: str) -> str:
        if self._signing_key is None:
            raise ModelNotLoadableError(
                "The files of models cannot be verified here: the operator has to give the API the"
                " key of the workers (ARTIFACT_SIGNING_KEY)"
            )
        try:
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

    def import_sales(self, path: Path, media_type: str, tenant_id: UUID) -> ImportReport:
        return import_file(
            self._sessions, path, media_type, tenant_id, max_products=self._max_products
        )
