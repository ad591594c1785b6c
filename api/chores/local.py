"""The chores themselves: for the child process, and for servers with real threads."""

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from api.chores.files import FileChores, reached
from api.sales.imports import import_file
from api.sales.schemas import ImportQuery, ImportReport
from core.artifacts import ArtifactStore
from db.engine import Sessions
from db.models import stored
from db.models.stored import Reclaimed


class LocalChores(FileChores):
    def __init__(
        self,
        sessions: Sessions,
        store: ArtifactStore,
        *,
        max_products: int | None = None,
        max_file_bytes: int = 10**9,
        signing_key: str | None = None,
    ) -> None:
        super().__init__(store, signing_key=signing_key)
        self._sessions = sessions
        self._max_products = max_products
        self._max_file_bytes = max_file_bytes

    def reclaim(self, freed: Mapping[str, int]) -> Reclaimed:
        with reached():
            return stored.reclaim(self._sessions, self._store, freed)

    def import_sales(
        self, path: Path, media_type: str, tenant_id: UUID, query: ImportQuery
    ) -> ImportReport:
        with reached():
            return import_file(
                self._sessions,
                path,
                media_type,
                tenant_id,
                query,
                max_products=self._max_products,
                max_bytes=self._max_file_bytes,
            )
