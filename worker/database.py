"""How the worker rides out a database that is away for a while."""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from db.engine import Sessions
from worker.patience import PATIENCE_S, pauses

log = structlog.get_logger(__name__)

T = TypeVar("T")

UNAVAILABLE = (OperationalError, InterfaceError, PoolTimeoutError)


def in_transaction(
    sessions: Sessions,
    change: Callable[[Session], T],
    *,
    patience_s: float = PATIENCE_S,
) -> T:
    """Run the change and commit it; while the database is away, try again for some minutes.

    Hours of training end in this one transaction: a restart of the database must not cost them. The
    change is guarded by its token, so one that was committed unnoticed is refused the second time.
    """
    for pause_s in pauses(patience_s):
        try:
            with sessions.begin() as session:
                return change(session)
        except UNAVAILABLE:
            log.warning("database away, trying again", pause_s=pause_s, exc_info=True)
            time.sleep(pause_s)
    with sessions.begin() as session:
        return change(session)
