"""A peer that stops in the middle of its request, or trickles it, does not keep its place; what it
has sent until then is not taken for the whole.
"""

import socket
import threading

from flask import Flask, g, request

LONGEST_PAUSE_S = 90.0
"""Longer than a connection may be idle between requests, which the server looks after itself."""


def register_patience(app: Flask, body_within_s: float) -> None:
    """Bodies must arrive without long pauses, and as a whole within a time."""

    @app.before_request
    def limit_pauses() -> None:
        sock = request.environ.get("gunicorn.socket")
        if sock is None:
            return
        sock.settimeout(LONGEST_PAUSE_S)
        if request.content_length or "chunked" in request.headers.get("Transfer-Encoding", ""):
            g.body_deadline = threading.Timer(body_within_s, _stop_reading, [sock])
            g.body_deadline.start()

    @app.before_request
    def count_bodies() -> None:
        # gunicorn takes the end of the connection for that of the body; werkzeug, unless told that
        # the server sees to it, raises ClientDisconnected where less came than was announced.
        if request.content_length is not None:
            request.environ.pop("wsgi.input_terminated", None)

    @app.teardown_request
    def end_deadline(_: BaseException | None) -> None:
        deadline: threading.Timer | None = g.pop("body_deadline", None)
        if deadline is not None:
            deadline.cancel()


def _stop_reading(sock: socket.socket) -> None:
    """Whoever reads the body finds its end, too early, and answers that."""
    try:
        sock.shutdown(socket.SHUT_RD)
    except OSError:
        return  # the peer was quicker
