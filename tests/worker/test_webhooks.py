"""Events on their way to webhooks: signed, retried, given up, and never where they must not go."""

import hashlib
import hmac
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from structlog.testing import capture_logs

from db.operation import deliveries, webhooks
from db.operation.audit import Actor
from db.operation.events import EVENT_TYPES, add_event
from db.operation_tables import Alert, AuditEntry, Webhook, WebhookDelivery
from db.tables import DEFAULT_TENANT_ID
from tests.db.at_once import at_once
from tests.db.builders import new_tenant
from tests.fixtures.waiting import eventually
from tests.worker.receiver import Receiver, receiving
from tests.worker.support import Shop, quick_work
from worker.context import Context
from worker.training import run_task
from worker.webhooks.sender import RETRY_AFTER_S, Sender, deliver
from worker.webhooks.signature import signature

ACTOR = Actor("anna")
LEASE = timedelta(seconds=40)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


@pytest.fixture
def inside(context: Context) -> Context:
    """A context that may call this machine."""
    return with_settings(
        context,
        webhook_allow_http=True,
        webhook_allowed_networks="127.0.0.0/8",
        webhook_timeout_seconds=2,
    )


def with_settings(context: Context, **changes: object) -> Context:
    return replace(context, settings=context.settings.model_copy(update=changes))


def add_webhook(shop: Shop, url: str, *event_types: str) -> Webhook:
    with shop.sessions.begin() as session:
        return webhooks.create(
            session,
            DEFAULT_TENANT_ID,
            url=url,
            event_types=event_types or EVENT_TYPES,
            actor=ACTOR,
        )


def tell(shop: Shop, event_type: str = "training_completed", **said: object) -> UUID:
    with shop.sessions.begin() as session:
        return add_event(
            session,
            DEFAULT_TENANT_ID,
            event_type.replace("_", "."),
            {"event_type": event_type, **said},
        )


def claim_one(shop: Shop) -> deliveries.Claimed:
    with shop.sessions.begin() as session:
        (claimed,) = deliveries.claim(session, limit=5, lease=LEASE)
    return claimed


def show(shop: Shop) -> list[WebhookDelivery]:
    with shop.sessions() as session:
        return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


def make_due(shop: Shop, **values: object) -> None:
    with shop.sessions.begin() as session:
        session.execute(
            update(WebhookDelivery)
            .where(WebhookDelivery.status == "pending")
            .values(next_attempt_at=func.now(), **values)
        )


@contextmanager
def sending(context: Context) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=Sender(context).run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def delivered(shop: Shop, count: int) -> Callable[[], bool]:
    return lambda: [row.status for row in show(shop)].count("delivered") == count


def verify(secret: str, header: str, body: bytes, now: float) -> bool:
    """As `docs/events.md` shows it to the receivers."""
    parts = dict(part.split("=", 1) for part in header.split(","))
    signed = parts["t"].encode() + b"." + body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    is_fresh = abs(now - int(parts["t"])) < 300
    return is_fresh and hmac.compare_digest(expected, parts["v1"])


def test_a_finished_training_reaches_the_webhook_signed(
    inside: Context, shop: Shop, receiver: Receiver
) -> None:
    webhook = add_webhook(shop, receiver.url)
    job_id = shop.job(shop.product("bread"))
    run_task(shop.next_task(), inside, {"product": quick_work})
    with sending(inside):
        eventually(delivered(shop, 1))

    (call,) = receiver.calls
    told = json.loads(call.body)
    assert (told["event_type"], told["job_id"]) == ("training_completed", str(job_id))
    assert call.headers["X-Model-Studio-Event-Id"] == told["event_id"]
    assert call.headers["X-Model-Studio-Event"] == "training_completed"
    header = call.headers["X-Model-Studio-Signature"]
    assert verify(webhook.secret, header, call.body, time.time())
    assert not verify(webhook.secret, header, call.body + b" ", time.time())
    assert not verify("another secret", header, call.body, time.time())
    assert not verify(webhook.secret, header, call.body, time.time() + 3600)


def test_the_secret_is_in_no_log_line_whatever_the_receiver_answers(
    inside: Context, shop: Shop, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    webhook = add_webhook(shop, receiver.url)
    receiver.statuses = [500]
    tell(shop)
    with caplog.at_level(logging.DEBUG), capture_logs() as lines, sending(inside):
        eventually(lambda: any(row.attempts for row in show(shop)))

    assert len(receiver.calls) > 0
    assert lines
    assert webhook.secret not in f"{lines}{caplog.text}"


def test_the_signature_is_that_of_a_known_example() -> None:
    assert signature("whsec_test", 1_700_000_000, b'{"a":1}') == (
        "t=1700000000,v1=38877139021993b830af32feea6e18a8da83eb2f6e49ee50bd9e4cf4ca4d3789"
    )


def test_each_webhook_gets_the_events_it_asked_for_once(
    inside: Context, shop: Shop, receiver: Receiver
) -> None:
    both = add_webhook(shop, receiver.url + "/both")
    failed = add_webhook(shop, receiver.url + "/failed", "training_failed")
    tell(shop)
    tell(shop, "training_failed")

    assert [(row.webhook_id, row.event_type) for row in show(shop)] == [
        (both.id, "training_completed"),
        (both.id, "training_failed"),
        (failed.id, "training_failed"),
    ]
    with sending(inside):
        eventually(delivered(shop, 3))
    assert sorted(call.path for call in receiver.calls) == [
        "/hook/both",
        "/hook/both",
        "/hook/failed",
    ]


def test_events_of_others_and_of_a_paused_webhook_make_no_delivery(shop: Shop) -> None:
    webhook = add_webhook(shop, "https://example.com/")
    with shop.sessions.begin() as session:
        add_event(
            session, new_tenant(session), "training.completed", {"event_type": "training_completed"}
        )
        webhooks.change(session, DEFAULT_TENANT_ID, webhook.id, {"is_active": False}, ACTOR)
    tell(shop)

    assert show(shop) == []


def test_an_event_that_is_rolled_back_is_told_to_nobody(shop: Shop) -> None:
    add_webhook(shop, "https://example.com/")
    with shop.sessions() as session:
        add_event(
            session, DEFAULT_TENANT_ID, "training.completed", {"event_type": "training_completed"}
        )
        session.rollback()

    assert show(shop) == []


def test_of_two_senders_one_claims(shop: Shop) -> None:
    add_webhook(shop, "https://example.com/")
    tell(shop)

    def claim() -> int:
        with shop.sessions.begin() as session:
            return len(deliveries.claim(session, limit=5, lease=LEASE))

    assert sum(at_once([claim] * 6)) == 1


def test_a_failure_is_tried_again_later_and_later(
    inside: Context, shop: Shop, receiver: Receiver
) -> None:
    receiver.statuses = [500, 302, 200]
    add_webhook(shop, receiver.url)
    tell(shop)
    deliver(inside, claim_one(shop))

    (row,) = show(shop)
    assert (row.status, row.attempts, row.last_status) == ("pending", 1, 500)
    assert row.last_error == "The receiver answered 500, not 2xx"
    pauses = [seconds_ahead(shop)]
    make_due(shop)
    deliver(inside, claim_one(shop))  # a redirect is not followed
    pauses.append(seconds_ahead(shop))
    assert RETRY_AFTER_S[0] * 0.7 < pauses[0] < RETRY_AFTER_S[0] * 1.3
    assert RETRY_AFTER_S[1] * 0.7 < pauses[1] < RETRY_AFTER_S[1] * 1.3
    make_due(shop)
    deliver(inside, claim_one(shop))

    (row,) = show(shop)
    assert (row.status, row.attempts, row.last_status, row.last_error) == (
        "delivered",
        3,
        200,
        None,
    )
    assert len(receiver.calls) == 3
    assert len({call.headers["X-Model-Studio-Event-Id"] for call in receiver.calls}) == 1


def seconds_ahead(shop: Shop) -> float:
    with shop.sessions() as session:
        ahead = session.execute(select(WebhookDelivery.next_attempt_at - func.now())).scalar_one()
    return float(ahead.total_seconds())


def test_tries_go_on_for_about_a_day() -> None:
    assert 20 * 3600 < sum(RETRY_AFTER_S) < 24 * 3600
    assert list(RETRY_AFTER_S) == sorted(RETRY_AFTER_S)


def test_after_the_last_try_an_alert_opens_and_the_next_success_closes_it(
    inside: Context, shop: Shop, receiver: Receiver
) -> None:
    receiver.statuses = [503]
    webhook = add_webhook(shop, receiver.url)
    tell(shop)
    make_due(shop, attempts=len(RETRY_AFTER_S))
    deliver(inside, claim_one(shop))

    assert [row.status for row in show(shop)] == ["failed"]
    (alert,) = open_alerts(shop)
    assert (alert.kind, alert.subject_id) == ("webhook_failing", str(webhook.id))
    assert receiver.url in alert.message
    receiver.statuses = [204]
    tell(shop)
    deliver(inside, claim_one(shop))
    assert open_alerts(shop) == []


def open_alerts(shop: Shop) -> list[Alert]:
    with shop.sessions() as session:
        return list(session.scalars(select(Alert).where(Alert.resolved_at.is_(None))))


def test_410_ends_everything_for_this_webhook(
    inside: Context, shop: Shop, receiver: Receiver
) -> None:
    receiver.statuses = [410]
    webhook = add_webhook(shop, receiver.url)
    tell(shop)
    tell(shop)
    deliver(inside, claim_one(shop))

    assert [row.status for row in show(shop)] == ["failed", "failed"]
    with shop.sessions() as session:
        assert not session.get_one(Webhook, webhook.id).is_active
        actions = session.scalars(
            select(AuditEntry.action).where(AuditEntry.subject_id == str(webhook.id))
        ).all()
    assert actions == ["create", "deactivate"]


def test_an_outcome_that_comes_after_the_lease_changes_nothing(
    inside: Context, shop: Shop, receiver: Receiver
) -> None:
    add_webhook(shop, receiver.url)
    tell(shop)
    late = claim_one(shop)
    make_due(shop)
    current = claim_one(shop)
    with shop.sessions.begin() as session:
        assert not deliveries.give_up(session, late, None, "too late")
        assert deliveries.mark_delivered(session, current, 200)


def test_a_receiver_that_hangs_holds_up_no_other_and_no_session(
    inside: Context, shop: Shop, receiver: Receiver
) -> None:
    with receiving() as slow:
        slow.held.clear()
        add_webhook(shop, slow.url)
        add_webhook(shop, receiver.url)
        for _ in range(3):
            tell(shop)

        def is_all_but_one_done() -> bool:
            calls = (len(receiver.calls), len(slow.calls))
            return calls == (3, 1) and idle_in_transaction(shop) == 0

        with sending(with_settings(inside, webhook_timeout_seconds=120)):
            eventually(is_all_but_one_done)
            slow.held.set()
            eventually(delivered(shop, 6))
    assert {row.attempts for row in show(shop)} == {1}, "none was too late"


def test_a_receiver_that_does_not_answer_in_time_is_left(inside: Context, shop: Shop) -> None:
    with receiving() as slow:
        slow.held.clear()
        add_webhook(shop, slow.url)
        tell(shop)
        deliver(with_settings(inside, webhook_timeout_seconds=1), claim_one(shop))
        assert "within 1 second" in (last_error(shop) or "")


def idle_in_transaction(shop: Shop) -> int:
    with shop.sessions() as session:
        return int(
            session.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"
                    " AND datname = current_database()"
                )
            )
            or 0
        )


def last_error(shop: Shop) -> str | None:
    return next((row.last_error for row in show(shop) if row.last_error), None)


def test_this_machine_and_plain_http_are_out_of_bounds_unless_allowed(
    context: Context, shop: Shop, receiver: Receiver
) -> None:
    add_webhook(shop, receiver.url)
    tell(shop)
    deliver(with_settings(context, webhook_allow_http=True), claim_one(shop))
    assert "not a public address" in (last_error(shop) or "")
    make_due(shop)
    deliver(with_settings(context, webhook_allowed_networks="127.0.0.0/8"), claim_one(shop))

    assert "starts with https://" in (last_error(shop) or "")
    assert receiver.calls == []


def test_the_name_is_told_and_the_checked_address_is_called(
    inside: Context, shop: Shop, receiver: Receiver
) -> None:
    url = receiver.url.replace("127.0.0.1", "localhost")
    add_webhook(shop, url)
    tell(shop)
    deliver(inside, claim_one(shop))

    (call,) = receiver.calls
    assert call.headers["Host"] == url.removeprefix("http://").removesuffix("/hook")


def test_a_test_says_so_and_goes_to_one_webhook(
    inside: Context, shop: Shop, receiver: Receiver
) -> None:
    webhook = add_webhook(shop, receiver.url)
    add_webhook(shop, receiver.url + "/other")
    with shop.sessions.begin() as session:
        webhooks.add_test(session, session.get_one(Webhook, webhook.id), ACTOR)
    deliver(inside, claim_one(shop))

    (call,) = receiver.calls
    assert (call.path, json.loads(call.body)["event_type"]) == ("/hook", "webhook_test")
