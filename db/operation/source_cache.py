"""What outside sources answered, kept for all workers, each answer fetched by one of them.

Whoever takes the lease of a key fetches; the others look again until there is an answer or the
lease has ended. A failure is an answer, too, for a short time. The last good answer stays beside
it, for those who would rather have old data than none.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.operation_tables import CachedSource
from db.pruning import delete_some
from db.text import storable

_NOW = func.clock_timestamp()


@dataclass(frozen=True, slots=True)
class Answer:
    """`payload` is the last good one, of `fetched_at`; with an `error` there is no newer one."""

    payload: Any
    fetched_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class FetchLease:
    """The right to fetch a key, until a moment that also tells this lease from later ones."""

    key: str
    until: datetime


def fresh(session: Session, key: str) -> Answer | None:
    """The answer, if it is young enough to be used."""
    row = session.scalars(
        select(CachedSource).where(CachedSource.key == key, CachedSource.expires_at > _NOW)
    ).one_or_none()
    return None if row is None else Answer(row.payload, row.fetched_at, row.last_error)


def stale(session: Session, key: str) -> Answer | None:
    """The answer, however old."""
    row = session.get(CachedSource, key)
    return None if row is None else Answer(row.payload, row.fetched_at, row.last_error)


def take_lease(session: Session, key: str, source: str, *, lease_s: float) -> FetchLease | None:
    """The right to fetch, unless there is a fresh answer or somebody else is fetching."""
    until = _NOW + timedelta(seconds=lease_s)
    is_due = or_(CachedSource.expires_at.is_(None), CachedSource.expires_at <= _NOW)
    is_free = or_(CachedSource.lease_until.is_(None), CachedSource.lease_until <= _NOW)
    statement = (
        insert(CachedSource)
        .values(key=key, source=source, lease_until=until)
        .on_conflict_do_update(
            index_elements=[CachedSource.key], set_={"lease_until": until}, where=is_due & is_free
        )
        .returning(CachedSource.lease_until)
    )
    taken = session.scalar(statement)
    return None if taken is None else FetchLease(key, taken)


def store(session: Session, lease: FetchLease, payload: Any, *, keep_s: float) -> None:
    """Write the answer down and end the lease; nothing if another has taken it since."""
    _end_lease(
        session,
        lease,
        payload=payload,
        fetched_at=_NOW,
        expires_at=_NOW + timedelta(seconds=keep_s),
        last_error=None,
    )


def store_failure(session: Session, lease: FetchLease, error: str, *, keep_s: float) -> None:
    """Remember for a while that there is no new answer."""
    expires_at = _NOW + timedelta(seconds=keep_s)
    _end_lease(session, lease, expires_at=expires_at, last_error=storable(error, 1000))


def release(session: Session, lease: FetchLease) -> None:
    """Let another one fetch at once."""
    _end_lease(session, lease)


def count_rows(session: Session, key_prefix: str) -> dict[str, int]:
    """How many answers are kept by source, of keys that begin so."""
    statement = (
        select(CachedSource.source, func.count().label("answers"))
        .where(CachedSource.key.startswith(key_prefix), CachedSource.fetched_at.is_not(None))
        .group_by(CachedSource.source)
    )
    return {row.source: row.answers for row in session.execute(statement)}


def prune(session: Session, *, older_than: timedelta) -> int:
    """Forget some answers that nobody has renewed for long; how many."""
    last_use = func.greatest(CachedSource.expires_at, CachedSource.lease_until)
    return delete_some(session, CachedSource, last_use < _NOW - older_than)


def _end_lease(session: Session, lease: FetchLease, **values: Any) -> None:
    session.execute(
        update(CachedSource)
        .where(CachedSource.key == lease.key, CachedSource.lease_until == lease.until)
        .values(lease_until=None, **values)
    )
