"""What the artifact store holds, and the rows that name it.

Stored bytes belong to nobody: the same content is stored once, for all models of all tenants. So
whether anything still names it is only known to the system.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Uuid,
    all_,
    any_,
    case,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.artifacts import REFRESH_AFTER, ArtifactStore
from core.errors import ArtifactError
from db.engine import Sessions
from db.tables import (
    TERMINAL_STATUSES,
    BatchPrediction,
    ModelArtifact,
    TrainedModel,
    TrainingJob,
)
from db.tenancy import as_system

log = structlog.get_logger(__name__)

ROW_FOLLOWS_WITHIN = timedelta(hours=1)
"""How long after its bytes were put a row that names them may be written; a training that takes
longer has lost its lease."""

SETTLED_AFTER = REFRESH_AFTER + ROW_FOLLOWS_WITHIN
"""Content that was put again within `REFRESH_AFTER` keeps the time of the first put. What is older
than this has its row, or will never get one."""


@dataclass(frozen=True, slots=True)
class StorageUse:
    """Bytes of all files of a tenant's models, and of the distinct ones among them, which are what
    is stored.
    """

    logical_bytes: int
    stored_bytes: int


@dataclass(frozen=True, slots=True)
class Reclaimed:
    """Bytes that were deleted from the store, and those whose turn comes when they are old enough
    that no training can be about to name them.
    """

    bytes_now: int
    bytes_later: int


_Condition = Callable[[InstrumentedAttribute[Any]], ColumnElement[bool]]


def named_digests(
    session: Session, *, keep_uploads_days: int, keep_predictions_days: int
) -> set[str]:
    """Everything in the store that must stay. Uploads are kept as long as models are, to train them
    again, and files that were predicted as long as their results are.
    """
    days = case((TrainingJob.is_training, keep_uploads_days), else_=keep_predictions_days)
    kept_since = func.now() - func.make_interval(0, 0, 0, days)
    is_wanted = TrainingJob.status.not_in(TERMINAL_STATUSES) | (
        TrainingJob.completed_at > kept_since
    )
    statements = _naming(lambda column: column.is_not(None), is_wanted)
    return {digest for statement in statements for digest in session.scalars(statement)}


def unnamed(session: Session, digests: Collection[str]) -> set[str]:
    """Those that no row names; to be asked as the system."""
    statements = _naming(lambda column: column.in_(digests))
    named = {digest for statement in statements for digest in session.scalars(statement)}
    return set(digests) - named


def reclaim(sessions: Sessions, store: ArtifactStore, freed: Mapping[str, int]) -> Reclaimed:
    """Delete from the store what deleted rows named and nothing else names.

    What was put a short time ago is left to the collection of orphans. Of manifests only the store
    knows the size: they are given as 0.
    """
    with as_system(), sessions() as session:
        free = unnamed(session, freed)
    put_before = datetime.now(UTC) - SETTLED_AFTER
    sizes = {digest: freed[digest] or _size(store, digest) for digest in free}
    deleted = {digest for digest in free if delete_quietly(store, digest, put_before)}
    later = sum(sizes[digest] for digest in free - deleted)
    return Reclaimed(sum(sizes[digest] for digest in deleted), later)


def delete_quietly(store: ArtifactStore, digest: str, put_before: datetime) -> bool:
    """Whether it was deleted; a store that refuses one file does not end the work on others."""
    try:
        return store.delete(digest, unless_put_since=put_before)
    except (OSError, ArtifactError):
        log.warning("stored bytes not deleted", digest=digest, exc_info=True)
        return False


def _size(store: ArtifactStore, digest: str) -> int:
    """None is counted of what is not there, or cannot be looked at: then it is not deleted."""
    try:
        return store.size(digest) or 0
    except (OSError, ArtifactError):
        log.warning("stored bytes not looked at", digest=digest, exc_info=True)
        return 0


def storage_use(session: Session, tenant_id: UUID) -> StorageUse:
    files = (
        select(ModelArtifact.checksum, ModelArtifact.file_size_bytes.label("size"))
        .join(TrainedModel, TrainedModel.id == ModelArtifact.model_id)
        .where(TrainedModel.tenant_id == tenant_id)
    )
    every, distinct = files.subquery(), files.distinct().subquery()
    sums = [
        session.scalar(select(func.coalesce(func.sum(of.c.size), 0))) for of in (every, distinct)
    ]
    return StorageUse(*(int(total or 0) for total in sums))


def reclaimable(session: Session, model_ids: Collection[UUID]) -> int:
    """Bytes of the files that only these models name; to be asked as the system."""
    these = literal(list(model_ids), ARRAY(Uuid()))
    of_these = (
        select(ModelArtifact.checksum, func.max(ModelArtifact.file_size_bytes).label("size"))
        .where(ModelArtifact.model_id == any_(these))
        .group_by(ModelArtifact.checksum)
        .subquery()
    )
    others = (
        select(ModelArtifact.id)
        .where(
            ModelArtifact.checksum == of_these.c.checksum,
            or_(ModelArtifact.model_id.is_(None), ModelArtifact.model_id != all_(these)),
        )
        .exists()
    )
    total = session.scalar(select(func.coalesce(func.sum(of_these.c.size), 0)).where(~others))
    return int(total or 0)


def _naming(is_meant: _Condition, *of_uploads: ColumnElement[bool]) -> Iterator[Select[Any]]:
    """All columns that name stored bytes."""
    for column in (
        ModelArtifact.checksum,
        TrainedModel.manifest_digest,
        TrainingJob.shared_artifact,
        BatchPrediction.result_digest,
    ):
        yield select(column).where(is_meant(column))
    upload = TrainingJob.upload_digest
    yield select(upload).where(is_meant(upload), *of_uploads)
