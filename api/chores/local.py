"""The chores themselves: for the child process, and for servers with real threads."""

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from api.sales.imports import import_file
from api.sales.schemas import ImportReport
from core.artifacts import ArtifactStore, Blob
from db import stored
from db.engine import Sessions
from db.stored import Reclaimed


class LocalChores:
    def __init__(
        self, sessions: Sessions, store: ArtifactStore, *, max_products: int | None = None
    ) -> None:
        self._sessions = sessions
        self._store = store
        self._max_products = max_products

    def store(self, path: Path) -> Blob:
        with path.open("rb") as file:
            return self._store.put(file)

    def holds(self, digest: str) -> bool:
        return self._store.exists(digest)

    def reclaim(self, freed: Mapping[str, int]) -> Reclaimed:
        return stored.reclaim(self._sessions, self._store, freed)

    def import_sales(self, path: Path, media_type: str, tenant_id: UUID) -> ImportReport:
        return import_file(
            self._sessions, path, media_type, tenant_id, max_products=self._max_products
        )
