"""Whether a pooled connection still lives: looked at before each use, asked only where in doubt.

A server that ends closes its connections, and each of them then has something to read. A connection
that was used a moment ago and has nothing to read is as good as one that answers, and saves the
question, which would be every sixth statement of a training.

A connection can live and be of no use any more. Its error is then told as one of a database that is
away, so that whoever rides that out begins again with another connection.
"""

import time
from select import select
from typing import Any

from psycopg2.errors import FeatureNotSupported, ReadOnlySqlTransaction
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError

TRUSTED_S = 5.0
"""A network that drops connections without a word takes minutes before it does."""

_OUTLIVED = (FeatureNotSupported, ReadOnlySqlTransaction)
"""What was prepared before a migration changed the type of a column fails from then on. A server
whose place another one has taken goes on to answer, but writes nothing.
"""

_RETURNED_AT = "returned_at"


def is_away(error: DBAPIError) -> bool:
    """Whether the database failed, not the statement: the same may succeed a moment later."""
    return error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError))


def look_at_connections(engine: Engine) -> None:
    """From now on dead connections are noticed before they are used."""

    def note_return(_: object, record: Any) -> None:
        record.info[_RETURNED_AT] = time.monotonic()

    def look(connection: Any, record: Any, _: object) -> None:
        returned_at = record.info.get(_RETURNED_AT)
        is_new = returned_at is None
        if not (is_new or _is_trusted(connection, returned_at) or _answers(engine, connection)):
            raise InvalidatePoolError

    event.listen(engine, "checkin", note_return)
    event.listen(engine, "checkout", look)
    event.listen(engine, "handle_error", _give_up_outlived)


def _give_up_outlived(error: ExceptionContext) -> OperationalError | None:
    """Other connections take the place of this one, and of all that were made before."""
    cause = error.original_exception
    if not isinstance(cause, _OUTLIVED):
        return None
    error.is_disconnect = True
    return OperationalError(
        error.statement,
        error.parameters,
        cause,
        hide_parameters=True,  # as the engine does
        connection_invalidated=True,
    )


def _is_trusted(connection: Any, returned_at: float) -> bool:
    if connection.closed or time.monotonic() - returned_at > TRUSTED_S:
        return False
    try:
        readable, _, _ = select([connection], [], [], 0)
    except ValueError:  # a process of more than a thousand files, which `select` cannot look at
        return False
    return not readable


def _answers(engine: Engine, connection: Any) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error:
        return False
