"""psycopg2 waits for PostgreSQL in C, where gevent cannot let other connections go on meanwhile."""

from gevent.socket import wait_read, wait_write
from psycopg2 import OperationalError
from psycopg2.extensions import POLL_OK, POLL_READ, POLL_WRITE, connection, set_wait_callback


def let_psycopg2_yield() -> None:
    """From now on every wait of psycopg2 in this process is gevent's. `COPY` does not work then."""
    set_wait_callback(_wait)


def _wait(waiting: connection) -> None:
    while (state := waiting.poll()) != POLL_OK:
        if state == POLL_READ:
            wait_read(waiting.fileno())
        elif state == POLL_WRITE:
            wait_write(waiting.fileno())
        else:
            raise OperationalError(f"psycopg2 is in the unknown state {state}")
