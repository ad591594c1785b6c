"""Whether the client of a request is still there."""

import select
import socket
from collections.abc import Mapping
from typing import Any


def is_connected(environ: Mapping[str, Any]) -> bool:
    """False once the client has closed the connection; True where the server does not show it."""
    connection: socket.socket | None = environ.get("gunicorn.socket")
    if connection is None:
        return True
    try:
        readable, _, _ = select.select([connection], [], [], 0)
        return not readable or connection.recv(1, socket.MSG_PEEK) != b""
    except (OSError, ValueError):
        return False
