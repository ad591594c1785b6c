"""Reads the queue of events for as long as the process lives.

A message is acknowledged after the commit. While the database is away the connection is given up,
so the message goes back to the broker, and nothing is read before the database answers: what waits
there waits without being handed around. What cannot be acted on goes to the dead letters, and the
next message is read.
"""

import threading

import structlog
from kombu.connection import Connection
from kombu.message import Message
from kombu.messaging import Consumer as Subscription
from kombu.messaging import Producer
from redis import RedisError
from sqlalchemy import select

from worker.context import Context
from worker.database import UNAVAILABLE
from worker.events import AWAY
from worker.incoming.handling import handle, reject
from worker.incoming.queues import connection, dead_queue, declare
from worker.incoming.shapes import Letter
from worker.liveness import INCOMING, show_life

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0
CONFIRM_TIMEOUT_S = 5.0


class Consumer:
    """The receiving half of the events process."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._pause_s = FIRST_PAUSE_S

    def run(self, stop: threading.Event) -> None:
        """Read until told to stop, across restarts of the broker and of the database."""
        while not stop.is_set():
            show_life(INCOMING)
            try:
                self._ask_database()
                with connection(self._context.settings) as opened:
                    self._read(opened, stop)
            except (*AWAY, RedisError) as error:
                self._wait(stop, "broker away, events wait there", error)
            except UNAVAILABLE as error:
                self._wait(stop, "database away, events wait at the broker", error)

    def _ask_database(self) -> None:
        with self._context.sessions() as session:
            session.execute(select(1))

    def _read(self, opened: Connection, stop: threading.Event) -> None:
        queue = declare(opened, self._context.settings)
        with Subscription(
            opened.default_channel, [queue], on_message=self._receive, prefetch_count=1
        ):
            log.info("waiting for events", queue=queue.name)
            self._pause_s = FIRST_PAUSE_S
            while not stop.is_set():
                show_life(INCOMING)
                opened.heartbeat_check()
                try:
                    opened.drain_events(timeout=LOOK_EVERY_S)
                except TimeoutError:
                    continue

    def _receive(self, message: Message) -> None:
        letter = Letter(
            _body(message),
            message.properties.get("message_id"),
            traceparent=(message.headers or {}).get("traceparent"),
        )
        reason = self._rejection(letter)
        if reason is not None:
            self._set_aside(message, letter, reason)
        message.ack()

    def _rejection(self, letter: Letter) -> str | None:
        """Act on the letter; why it goes to the dead letters, if it does."""
        try:
            handled = handle(self._context, letter)
        except UNAVAILABLE:
            raise
        except Exception as error:  # one event that meets a defect must not hold up the queue
            log.exception("event not handled", event_id=letter.event_id)
            reason = f"The service made an error: {type(error).__name__}"
            reject(self._context, letter, reason)
            return reason
        if handled is None or handled.outcome != "rejected":
            return None
        return handled.reason

    def _set_aside(self, message: Message, letter: Letter, reason: str) -> None:
        """Put it among the dead letters, and only then let go of it: better twice than not."""
        dead = dead_queue(self._context.settings)
        Producer(message.channel).publish(
            message.body,
            routing_key=dead,
            content_type=message.content_type or "application/octet-stream",
            content_encoding=message.content_encoding or "utf-8",
            headers={"event_id": letter.event_id, "reason": reason},
            delivery_mode="persistent",
            timeout=CONFIRM_TIMEOUT_S,
            confirm_timeout=CONFIRM_TIMEOUT_S,
        )

    def _wait(self, stop: threading.Event, event: str, error: Exception) -> None:
        log.warning(event, error=str(error), pause_s=self._pause_s)
        stop.wait(self._pause_s)
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)


def _body(message: Message) -> bytes:
    body = message.body
    return body.encode(errors="surrogatepass") if isinstance(body, str) else bytes(body)
