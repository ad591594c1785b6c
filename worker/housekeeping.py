"""What keeps the promise that every accepted job ends, whatever got lost on the way."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.orm import Session

from core.progress import ProgressMessage
from db import transitions
from db.jobs import batch_predictions, progress, workers
from db.models import stored
from db.operation import consumed, deliveries, idempotency, outbox, source_cache
from db.pruning import in_batches
from worker.context import Context
from worker.dispatcher import dispatch, resend
from worker.errors import BrokerUnavailableError
from worker.events import publish_events

log = structlog.get_logger(__name__)

RESEND_AFTER_S = 5.0
"""Little, as a message may lie at a busy worker while another one is free: sent again, it reaches
that one. What is sent once too often is refused when it is claimed.
"""
ORPHANS_AFTER = timedelta(days=1)
FORGET_PROGRESS_AFTER = timedelta(days=7)
FORGET_KEYS_AFTER = timedelta(days=7)
FORGET_EVENTS_AFTER = timedelta(days=7)
FORGET_SOURCES_AFTER = timedelta(days=30)
FORGET_WORKERS_AFTER = timedelta(hours=1)
FORGET_DELIVERIES_AFTER = timedelta(days=30)
FORGET_CONSUMED_AFTER = timedelta(days=30)

Change = Callable[[Session], list[ProgressMessage]]


def sweep(context: Context) -> None:
    """Take back what dead workers held, end what is out of time, send what was never sent.

    Each step is a transaction of its own. A broker that is away ends the sweep; the next one is
    seconds off.
    """
    reclaimed = _change(context, "leases reclaimed", transitions.reclaim)
    context.count("lease_reclaims", sum(_is_of_a_task(message) for message in reclaimed))
    _change(context, "deadlines enforced", transitions.expire)
    try:
        resend(context, older_than_s=RESEND_AFTER_S)
        dispatch(context)
    except BrokerUnavailableError as error:
        log.warning("tasks not sent", error=str(error))
    publish_events(context)


def collect_garbage(context: Context) -> None:
    """Forget what nobody will ask for again, and delete stored bytes that no row names."""
    for prune, older_than in _prunings(context):
        in_batches(context.sessions, partial(prune, older_than=older_than))
    collect_orphans(context, older_than=ORPHANS_AFTER)


def collect_orphans(context: Context, *, older_than: timedelta) -> int:
    """Delete artifacts that no row names and that were put before the given time, and what killed
    processes had begun to put before it; how many artifacts.

    Artifacts are written before the row that names them, so a young one may still get its row.
    """
    put_before = datetime.now(UTC) - older_than
    old = [blob.digest for blob in context.store.digests() if blob.modified_at < put_before]
    with context.sessions() as session:
        named = stored.named_digests(
            session,
            keep_uploads_days=context.settings.model_retention_days,
            keep_predictions_days=context.settings.batch_prediction_retention_days,
        )
    deleted = sum(
        stored.delete_quietly(context.store, digest, put_before)
        for digest in old
        if digest not in named
    )
    unfinished = context.store.remove_unfinished(since_before=put_before)
    log.info("orphans collected", looked_at=len(old), deleted=deleted, unfinished=unfinished)
    return deleted


def _prunings(context: Context) -> Iterator[tuple[Callable[..., int], timedelta]]:
    yield progress.prune, FORGET_PROGRESS_AFTER
    yield idempotency.prune, FORGET_KEYS_AFTER
    yield outbox.prune, FORGET_EVENTS_AFTER
    if context.settings.rabbitmq_url is None:
        yield outbox.prune_unheard, FORGET_EVENTS_AFTER
    kept_days = context.settings.batch_prediction_retention_days
    yield batch_predictions.forget_results, timedelta(days=kept_days)
    yield deliveries.prune, FORGET_DELIVERIES_AFTER
    yield consumed.prune, FORGET_CONSUMED_AFTER
    yield source_cache.prune, FORGET_SOURCES_AFTER
    yield workers.forget_lost, FORGET_WORKERS_AFTER


def _is_of_a_task(message: ProgressMessage) -> bool:
    return message.body["task"] is not None


def _change(context: Context, event: str, change: Change) -> Sequence[ProgressMessage]:
    with context.sessions.begin() as session:
        messages = change(session)
    context.stream.publish(messages)
    if messages:
        log.info(event, messages=len(messages))
    return messages
