"""What chores there are, whoever does them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from uuid import UUID

from api.errors import ApiError
from api.sales.schemas import ImportQuery, ImportReport
from core.artifacts import Blob
from db.models.stored import Reclaimed


class ChoreError(ApiError):
    """A chore ended without a result; the log has what it said."""


class Chores(Protocol):
    def store(self, path: Path) -> Blob:
        """Put a file into the artifact store."""

    def holds(self, digest: str) -> bool:
        """Whether the artifact store has this file."""

    def fetch(self, digest: str, directory: Path) -> Path:
        """A verified copy of a stored file, for the caller to delete."""

    def reclaim(self, freed: Mapping[str, int]) -> Reclaimed:
        """Delete from the artifact store what no row names any more (bytes by digest)."""

    def read_text(self, manifest_digest: str, name: str) -> str:
        """A text among the files of a model, which its signed manifest vouches for.

        Raises `ModelNotLoadableError`.
        """

    def import_sales(
        self, path: Path, media_type: str, tenant_id: UUID, query: ImportQuery
    ) -> ImportReport:
        """Import a sales file, or raise `InvalidRequestError` with what is wrong in it."""
