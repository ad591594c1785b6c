"""The circuit breaker of an outside source, one for all processes.

Closed: everybody may ask. After `FAILURES_ALLOWED` failures in a row it is open: nobody asks until
`open_until`. Then it is half open: one may probe, whose success closes it and whose failure, or
silence, keeps it open.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.operation_tables import SourceHealth
from db.text import storable

FAILURES_ALLOWED = 3
OPEN_S = 60.0

State = Literal["closed", "open", "half-open"]
Known = tuple[SourceHealth, State]

_NOW = func.clock_timestamp()


def may_ask(session: Session, source: str, *, probe_s: float) -> bool:
    """Whether this process may ask the source now; one at a time may probe, for so many seconds."""
    is_open = session.scalar(
        select(SourceHealth.open_until.is_not(None)).where(SourceHealth.source == source)
    )
    if not is_open:
        return True
    probing = (
        update(SourceHealth)
        .where(SourceHealth.source == source, SourceHealth.open_until <= _NOW)
        .values(open_until=_later(probe_s))
        .returning(SourceHealth.source)
    )
    return session.scalar(probing) is not None


def succeeded(session: Session, source: str) -> None:
    """The source answered: the breaker is closed."""
    told = {"failures": 0, "open_until": None, "last_error": None, "last_success_at": _NOW}
    _upsert(session, source, told, told)


def failed(session: Session, source: str, error: str) -> None:
    """The source did not answer; after some failures in a row the breaker opens."""
    message = storable(error, 1000)
    failures = SourceHealth.failures + 1
    opens = failures >= FAILURES_ALLOWED
    _upsert(
        session,
        source,
        {"failures": 1, "last_error": message},
        {
            "failures": failures,
            "last_error": message,
            "open_until": case((opens, _later(OPEN_S)), else_=SourceHealth.open_until),
        },
    )


def state_of(session: Session, sources: Sequence[str]) -> dict[str, Known]:
    """What is known of each source; those that were never asked are missing."""
    waits = SourceHealth.open_until > _NOW
    rows = session.execute(select(SourceHealth, waits).where(SourceHealth.source.in_(sources)))
    return {health.source: (health, _state(health, is_waiting)) for health, is_waiting in rows}


def _state(health: SourceHealth, is_waiting: bool | None) -> State:
    if health.open_until is None:
        return "closed"
    return "open" if is_waiting else "half-open"


def _later(seconds: float) -> ColumnElement[datetime]:
    return _NOW + timedelta(seconds=seconds)


def _upsert(
    session: Session, source: str, new: Mapping[str, object], changed: Mapping[str, object]
) -> None:
    statement = insert(SourceHealth).values(source=source, **new)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[SourceHealth.source], set_={**changed, "updated_at": _NOW}
        )
    )
