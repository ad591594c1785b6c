"""What errors of the database tell: they are logged, and values may be secrets. And when a server
is given up.
"""

import socket
import sys

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db.operation_tables import Webhook
from tests.db.builders import new_tenant


def test_an_error_does_not_tell_the_values(session: Session) -> None:
    session.add(
        Webhook(
            tenant_id=new_tenant(session),
            url="https://shop.example/" + "x" * 3000,
            secret="hush hush",
            event_types=[],
        )
    )
    with pytest.raises(DBAPIError) as failed:
        session.flush()
    assert "INSERT INTO webhooks" in str(failed.value)
    assert "hush hush" not in str(failed.value)


@pytest.mark.skipif(sys.platform != "linux", reason="the names of the options are those of Linux")
def test_a_server_that_vanishes_is_given_up_within_half_a_minute(session: Session) -> None:
    descriptor = session.connection().connection.dbapi_connection.fileno()
    with socket.fromfd(descriptor, socket.AF_INET, socket.SOCK_STREAM) as line:
        idle, between, times, sent = (
            line.getsockopt(socket.IPPROTO_TCP, option)
            for option in (
                socket.TCP_KEEPIDLE,
                socket.TCP_KEEPINTVL,
                socket.TCP_KEEPCNT,
                socket.TCP_USER_TIMEOUT,
            )
        )
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert idle + between * times <= 30
    assert 0 < sent <= 30_000
