"""Hands out what free slots can take, and a spare task for each: the backlog stays in Postgres, the
broker holds no queue.
"""

from collections.abc import Iterable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from celeryconfig import SPARE_PER_SLOT
from db.lifecycle import dispatch as backlog
from db.lifecycle.dispatch import Dispatch
from worker.context import Context
from worker.errors import BrokerUnavailableError

log = structlog.get_logger(__name__)


def dispatch(context: Context) -> int:
    """Mark the next tasks as handed out, and send them after the commit; how many."""
    settings = context.settings
    with context.sessions.begin() as session:
        tasks = backlog.take(
            session,
            max_concurrent_jobs=settings.max_concurrent_jobs,
            max_running_tasks=settings.max_running_tasks_per_tenant,
            spare_per_slot=SPARE_PER_SLOT,
        )
    _send_all(context, tasks)
    return len(tasks)


def resend(context: Context, *, older_than_s: float) -> int:
    """Send again what was handed out and never claimed: the broker may have lost it."""
    with context.sessions.begin() as session:
        tasks = backlog.resend(session, older_than_s=older_than_s)
    _send_all(context, tasks)
    return len(tasks)


def dispatch_if_possible(context: Context) -> None:
    """Dispatch, unless the database or the broker is away: then the sweep will."""
    try:
        dispatch(context)
    except (BrokerUnavailableError, SQLAlchemyError):
        log.warning("not dispatched, left to the sweep", exc_info=True)


def _send_all(context: Context, tasks: Iterable[Dispatch]) -> None:
    for task in tasks:
        context.send(task)
