"""A small real server that behaves badly on demand: the other end of the wire."""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

Visit = Callable[[ServerConnection], None]
Answer = tuple[int, Mapping[str, Any]] | tuple[int, Mapping[str, Any], Mapping[str, str]]


@dataclass
class SocketPeer:
    """Each connection gets the next visit of the script; a status is refused with that status."""

    script: list[Visit | int]
    status: Callable[[], Mapping[str, Any] | None] = lambda: None
    paths: list[str] = field(default_factory=list)
    polls: int = 0
    url: str = ""

    @property
    def positions(self) -> list[str]:
        """After which message each connection asked."""
        return [path.partition("after=")[2] for path in self.paths]

    def check(self, _: ServerConnection, request: Request) -> Response | None:
        if "/status/" in request.path:
            self.polls += 1
            body = self.status()
            return _response(503, {}) if body is None else _response(200, body)
        self.paths.append(request.path)
        if isinstance(self.script[0], int):
            return _response(_take(self.script), {"detail": "Refused by the script"})
        return None

    def visit(self, connection: ServerConnection) -> None:
        visit = _take(self.script)
        assert not isinstance(visit, int)
        visit(connection)


@contextmanager
def socket_peer(peer: SocketPeer) -> Iterator[SocketPeer]:
    with serve(peer.visit, "127.0.0.1", 0, process_request=peer.check, close_timeout=1) as server:
        peer.url = f"http://127.0.0.1:{_port(server)}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield peer
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class Story:
    """What is sent to one visitor; then the connection is closed in order, or cut."""

    texts: Sequence[str]
    is_cut: bool = False

    def __call__(self, connection: ServerConnection) -> None:
        for text in self.texts:
            connection.send(text)
        if self.is_cut:
            connection.socket.shutdown(socket.SHUT_RDWR)


def tell(*messages: Mapping[str, Any]) -> Story:
    """A visit that sends the messages and closes in order."""
    return Story([json.dumps(one) for one in messages])


def tell_and_break(*messages: Mapping[str, Any]) -> Story:
    """A visit whose connection is cut after the messages."""
    return Story([json.dumps(one) for one in messages], is_cut=True)


def message(seq: int, kind: str = "training_progress", **fields: Any) -> dict[str, Any]:
    progress = {"percentage": min(seq * 10.0, 100.0), "current_step": f"Step {seq}"}
    return {"type": kind, "job_id": "job-1", "seq": seq, "progress": progress} | fields


@dataclass
class HttpPeer:
    """Answers requests in the order of the script; None breaks the connection instead."""

    script: list[Answer | None]
    requests: list[tuple[str, str, Mapping[str, str], int]] = field(default_factory=list)
    url: str = ""

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        size = _drain(handler)
        seen = (handler.command, handler.path, dict(handler.headers), size)
        self.requests.append(seen)
        answer = self.script.pop(0)
        if answer is None:
            handler.close_connection = True
            return
        _answer(handler, *answer)


@dataclass
class EventPeer:
    """The same script over Server-Sent Events."""

    script: list[Story | int]
    status: Callable[[], Mapping[str, Any] | None] = lambda: None
    positions: list[str] = field(default_factory=list)
    polls: int = 0
    url: str = ""

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        if "/status/" in handler.path:
            self.polls += 1
            body = self.status()
            _answer(handler, 503 if body is None else 200, body or {})
            return
        assert handler.path == "/api/v1/training/events/job-1"
        self.positions.append(handler.headers["Last-Event-ID"])
        story = _take(self.script)
        if isinstance(story, int):
            _answer(handler, story, {"detail": "Refused by the script"})
        else:
            self._tell(handler, story)

    def _tell(self, handler: BaseHTTPRequestHandler, story: Story) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        events = "".join(f"id: 1\nevent: progress\ndata: {text}\n\n" for text in story.texts)
        sent = f"retry: 2000\n\n: still here\n\n{events}".encode()
        for start in range(0, len(sent), 7):  # pieces that know nothing of lines or letters
            piece = sent[start : start + 7]
            handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        if story.is_cut:
            handler.close_connection = True
        else:
            handler.wfile.write(b"0\r\n\r\n")


AnyPeer = TypeVar("AnyPeer", HttpPeer, EventPeer)


def event_peer(peer: EventPeer) -> AbstractContextManager[EventPeer]:
    return _serving(peer)


def http_peer(*script: Answer | None) -> AbstractContextManager[HttpPeer]:
    return _serving(HttpPeer(list(script)))


@contextmanager
def _serving(peer: AnyPeer) -> Iterator[AnyPeer]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            peer.handle(self)

        def do_POST(self) -> None:
            peer.handle(self)

        def do_PATCH(self) -> None:
            peer.handle(self)

        def do_DELETE(self) -> None:
            peer.handle(self)

        def log_message(self, *_: Any) -> None:
            """Tests print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        peer.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield peer
        finally:
            server.shutdown()
            thread.join()


def _answer(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
) -> None:
    encoded = b"" if status == 204 else json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(encoded)))
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(encoded)


def _take(script: list[Any]) -> Any:
    """The last step is repeated for ever."""
    return script.pop(0) if len(script) > 1 else script[0]


def _response(status: int, body: Mapping[str, Any]) -> Response:
    encoded = json.dumps(body).encode()
    headers = Headers({"Content-Type": "application/json", "Content-Length": str(len(encoded))})
    return Response(status, "Scripted", headers, encoded)


def _port(server: Server) -> int:
    return int(server.socket.getsockname()[1])


def _drain(handler: BaseHTTPRequestHandler) -> int:
    """Read the body; how long it was."""
    if handler.headers.get("Transfer-Encoding") == "chunked":
        return _drain_chunks(handler)
    left = size = int(handler.headers.get("Content-Length") or 0)
    while left:
        left -= len(handler.rfile.read(min(left, 2**20)))
    return size


def _drain_chunks(handler: BaseHTTPRequestHandler) -> int:
    total = 0
    while size := int(handler.rfile.readline(), 16):
        total += len(handler.rfile.read(size))
        handler.rfile.readline()
    handler.rfile.readline()
    return total
