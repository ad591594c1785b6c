"""A small HTTP server that stands in for an outside service, and counts what it is asked."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    path: str
    query: dict[str, str]
    authorization: str | None


@dataclass(frozen=True)
class Reply:
    """`promised` bytes are announced, whatever is sent; `after` is waited for before."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    promised: int | None = None
    after: threading.Event | None = None


Script = Callable[[Asked], Reply]


def said(items: Any, **more: Any) -> Reply:
    return Reply(json.dumps({"items": items, **more}).encode())


@dataclass
class StandIn:
    url: str
    asked: list[Asked] = field(default_factory=list)
    script: Script = lambda _: said([])  # a default of a field

    def replies(self, *replies: Reply) -> None:
        """One after the other; the last one again and again."""
        left = list(replies)
        lock = threading.Lock()

        def reply(_: Asked) -> Reply:
            with lock:
                return left.pop(0) if len(left) > 1 else left[0]

        self.script = reply


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """Serves until the block ends, on a port that the system gives."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            asked = Asked(
                address.path, dict(parse_qsl(address.query)), self.headers.get("Authorization")
            )
            service.asked.append(asked)
            _answer(self, service.script(asked))

        def log_message(self, *_: object) -> None:
            """The tests say what went wrong."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service = StandIn(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    if reply.after is not None:
        reply.after.wait(30)
    length = len(reply.body) if reply.promised is None else reply.promised
    try:
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(length))
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(reply.body)
    except OSError:
        return  # who asked does not wait any longer
