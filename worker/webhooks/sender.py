"""Sends what is due, some webhooks at a time and each one event at a time.

It runs in threads of the process of the events, not in housekeeping: that does one thing after the
other, and a receiver that takes ten seconds to answer would hold up the dispatch of trainings. No
session is open while a receiver is waited for; what is claimed has its next attempt ahead.
"""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from core.destinations import Destinations
from db.operation import deliveries, webhooks
from db.operation.deliveries import Claimed
from db.text import to_json
from worker.context import Context
from worker.database import UNAVAILABLE, in_transaction
from worker.errors import NotDeliveredError
from worker.liveness import WEBHOOKS, show_life
from worker.webhooks.post import post
from worker.webhooks.signature import HEADER, signature

log = structlog.get_logger(__name__)

SENDERS = 8
LOOK_EVERY_S = 1.0
LEASE_MARGIN_S = 30.0
PATIENCE_S = 20.0

# From ten seconds to eight hours, 23 hours together.
RETRY_AFTER_S = (10, 30, 120, 300, 900, 3600, 7200, 14400, 28800, 28800)
JITTER = 0.2


class Sender:
    """The sending half of the events process."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="webhook")
        self._running: dict[UUID, Future[None]] = {}

    def run(self, stop: threading.Event) -> None:
        """Send until told to stop; what is under way then ends first."""
        with self._pool:
            while not stop.is_set():
                show_life(WEBHOOKS)
                try:
                    self._start_due()
                except UNAVAILABLE:
                    log.warning("database away, webhooks wait", exc_info=True)
                if self._running:
                    wait(self._running.values(), LOOK_EVERY_S, return_when=FIRST_COMPLETED)
                else:
                    stop.wait(LOOK_EVERY_S)

    def _start_due(self) -> None:
        self._running = {key: run for key, run in self._running.items() if not run.done()}
        free = SENDERS - len(self._running)
        if free == 0:
            return
        lease_s = self._context.settings.webhook_timeout_seconds + LEASE_MARGIN_S
        with self._context.sessions.begin() as session:
            claims = deliveries.claim(
                session,
                limit=free,
                lease=timedelta(seconds=lease_s),
                except_webhooks=tuple(self._running),
            )
        for claim in claims:
            self._running[claim.webhook_id] = self._pool.submit(deliver, self._context, claim)


def deliver(context: Context, claim: Claimed) -> None:
    """One attempt, and what follows from its outcome."""
    try:
        status = _send(context, claim)
    except NotDeliveredError as error:
        change = _failed(claim, None, str(error))
    else:
        change = _answered(claim, status)
    try:
        in_transaction(context.sessions, change, patience_s=PATIENCE_S)
    except Exception:  # nobody waits for this thread's result; the lease brings the event back
        log.exception("outcome of a delivery not kept", delivery_id=claim.delivery_id)


def _send(context: Context, claim: Claimed) -> int:
    body = to_json(claim.payload).encode()
    return post(
        claim.url,
        body,
        {
            "Content-Type": "application/json",
            "User-Agent": "Model-Studio-Webhook/1",
            "X-Model-Studio-Event": claim.event_type,
            "X-Model-Studio-Event-Id": str(claim.event_id),
            "X-Model-Studio-Attempt": str(claim.attempt),
            HEADER: signature(claim.secret, int(time.time()), body),
        },
        destinations=Destinations.from_settings(context.settings),
        timeout_s=context.settings.webhook_timeout_seconds,
    )


Change = Callable[[Session], None]


def _answered(claim: Claimed, status: int) -> Change:
    if 200 <= status < 300:
        return lambda session: _delivered(session, claim, status)
    if status == HTTPStatus.GONE:
        return lambda session: _gone(session, claim)
    return _failed(claim, status, f"The receiver answered {status}, not 2xx")


def _delivered(session: Session, claim: Claimed, status: int) -> None:
    deliveries.mark_delivered(session, claim, status)
    webhooks.resolve_alert(session, claim.tenant_id, claim.webhook_id)
    log.info("event delivered", webhook_id=str(claim.webhook_id), event_id=str(claim.event_id))


def _gone(session: Session, claim: Claimed) -> None:
    reason = "The receiver answered 410: it wants no more events"
    deliveries.give_up(session, claim, HTTPStatus.GONE, reason)
    deliveries.give_up_all(session, claim.webhook_id, reason)
    webhooks.deactivate(session, claim.tenant_id, claim.webhook_id, reason)


def _failed(claim: Claimed, status: int | None, error: str) -> Change:
    if claim.attempt > len(RETRY_AFTER_S):
        return lambda session: _given_up(session, claim, status, error)
    pause_s = RETRY_AFTER_S[claim.attempt - 1] * random.uniform(1 - JITTER, 1 + JITTER)
    return lambda session: _put_off(session, claim, timedelta(seconds=pause_s), status, error)


def _put_off(
    session: Session, claim: Claimed, pause: timedelta, status: int | None, error: str
) -> None:
    deliveries.put_off(session, claim, pause, status, error)
    log.warning("event not delivered", webhook_id=str(claim.webhook_id), error=error)


def _given_up(session: Session, claim: Claimed, status: int | None, error: str) -> None:
    if deliveries.give_up(session, claim, status, error):
        webhooks.raise_alert(session, claim.tenant_id, claim.webhook_id, claim.url, error)
