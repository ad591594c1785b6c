"""Workers outlive their broker, whatever they were doing when it went."""

from celery.utils.threads import bound_open_broker_sockets
from celery.worker.consumer import Consumer
from kombu.common import ignore_errors
from kombu.connection import Connection
from kombu.transport.virtual import Channel

_CLOSE_TIMEOUT_S = 5.0


class SteadyConsumer(Consumer):  # type: ignore[misc]  # Celery has no types
    """Celery's consumer, which connects again when its connection is lost."""

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Let go of the connection; Celery calls this before it makes another."""
        if self.task_consumer is not None:
            begin_to_close(self.connection, self.task_consumer.channel)
        super().on_connection_error_after_connected(exc)


def begin_to_close(connection: Connection, channel: object) -> None:
    """Try to close a channel of a lost connection, once more than kombu itself does.

    A Redis channel that waits for a message when the connection is lost needs two attempts. kombu
    forgets the address after its first, and its second asks for it if a message is in hand: that
    error is no lost connection, so the worker would end and take its trainings along.
    """
    if isinstance(channel, Channel):
        bound_open_broker_sockets(connection, _CLOSE_TIMEOUT_S)
        ignore_errors(connection, channel.close)
