"""A body that trickles in never pauses for long, and never ends either."""

import socket
import threading
import time
from urllib.parse import urlsplit

from tests.fixtures.served import Serve

WITHIN_S = 120.0


def test_a_trickled_body_is_ended(serve: Serve) -> None:
    served = serve(request_timeout=1)
    host, port = urlsplit(served.url).hostname, urlsplit(served.url).port
    head = (
        "POST /api/v1/training/start HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
    )
    pause, began = threading.Event(), time.monotonic()
    with socket.create_connection((host, port), timeout=0.2) as peer:
        peer.sendall(head.encode())
        answer = b""
        while not answer and time.monotonic() - began < WITHIN_S:
            try:
                peer.sendall(b" ")
                answer = peer.recv(1000)
            except TimeoutError:
                pause.wait(0.05)
    assert answer.startswith(b"HTTP/1.1 400")
    assert time.monotonic() - began < WITHIN_S
