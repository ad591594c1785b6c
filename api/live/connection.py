"""A WebSocket after its handshake: safe to write from several threads; its peer must answer.

flask-sock and simple-websocket make the handshake; this drives the protocol afterwards.
simple-websocket writes without a lock, keeps all that a peer sends in memory, and awaits no pong.
"""

import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable

from wsproto import WSConnection
from wsproto.events import (
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    TextMessage,
)
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from api.errors import (
    MessageTooBigError,
    PeerGoneError,
    ReceiveTimeoutError,
)
from api.live.frames import text_frame
from api.uploads.spool import Spool

ANSWER_WITHIN_S = 10.0
SEND_WITHIN_S = 15.0
DRAIN_S = 3.0
_RECEIVE_BYTES = 1 << 16
_COMPRESSED_BYTES = 1 << 12
_SEND_BUFFER_BYTES = 1 << 18
_TEXT_IN_CLOSE_BYTES = 120


class Incoming:
    """One whole message of the peer."""

    def __init__(self, spool: Spool, *, is_text: bool) -> None:
        self.spool = spool
        self.is_text = is_text


class Connection:
    def __init__(
        self,
        sock: socket.socket,
        protocol: WSConnection,
        *,
        heartbeat_s: float,
        make_spool: Callable[[], Spool],
        is_compressed: bool = False,
    ) -> None:
        self._sock = sock
        self._protocol = protocol
        self._heartbeat_s = heartbeat_s
        self._make_spool = make_spool
        # Compressed, few bytes may become a thousand times as many.
        self._piece_bytes = _COMPRESSED_BYTES if is_compressed else _RECEIVE_BYTES
        self._lock = threading.Lock()
        self._heard_at = self._pinged_at = time.monotonic()
        self._is_closed = False
        # Several messages may come in one piece.
        self._pending: deque[Event] = deque()
        sock.settimeout(SEND_WITHIN_S)
        # What the kernel keeps for a peer that does not read is memory too.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)

    def send(self, frames: bytes) -> None:
        """Send ready frames; raises `PeerGoneError` when the peer does not take them in time."""
        with self._lock:
            self._write(frames)

    def send_text(self, text: str) -> None:
        self.send(text_frame(text.encode(), None))

    def receive(self, *, within_s: float, max_bytes: int) -> Incoming:
        """The next message, which must begin within the time and then arrive without long pauses.

        Raises `ReceiveTimeoutError`, `MessageTooBigError` or `PeerGoneError`.
        """
        spool = self._make_spool()
        try:
            return self._receive(spool, within_s, max_bytes)
        except BaseException:
            spool.close()
            raise

    def _receive(self, spool: Spool, within_s: float, max_bytes: int) -> Incoming:
        deadline = time.monotonic() + within_s
        while True:
            while self._pending:
                event = self._pending.popleft()
                if isinstance(event, TextMessage | BytesMessage):
                    deadline = time.monotonic() + within_s
                    chunk = (
                        event.data.encode() if isinstance(event.data, str) else bytes(event.data)
                    )
                    spool.append(chunk)
                    if spool.size > max_bytes:
                        raise MessageTooBigError(max_bytes)
                    if event.message_finished:
                        return Incoming(spool, is_text=isinstance(event, TextMessage))
            data = self._read(deadline, min(self._piece_bytes, max_bytes))
            self._pending.extend(self._events(data))

    def close(self, code: int = CloseReason.NORMAL_CLOSURE, reason: str = "") -> None:
        """Say goodbye, once; what the peer says afterwards is not heard."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            try:
                self._sock.sendall(self._protocol.send(CloseConnection(code, _short(reason))))
                self._sock.shutdown(socket.SHUT_WR)
            except (OSError, LocalProtocolError):
                return

    def drain(self) -> None:
        """After `close`: read on for a moment.

        Closing a socket with unread data resets the connection, and the last message is lost.
        """
        deadline = time.monotonic() + DRAIN_S
        while (left_s := deadline - time.monotonic()) > 0:
            try:
                if not self._is_readable(left_s) or not self._sock.recv(_RECEIVE_BYTES):
                    return
            except OSError:
                return

    def abort(self) -> None:
        """End the connection at once; whoever reads or writes it gets `PeerGoneError`."""
        self._is_closed = True
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def _read(self, deadline: float, most_bytes: int) -> bytes:
        while not self._is_closed:
            now = time.monotonic()
            lost_at = self._heard_at + self._heartbeat_s + ANSWER_WITHIN_S
            ping_at = max(self._heard_at, self._pinged_at) + self._heartbeat_s
            if now >= lost_at:
                self.abort()
                break
            if now >= deadline:
                raise ReceiveTimeoutError
            if now >= ping_at:
                self._ping(now)
                continue
            if self._is_readable(min(deadline, lost_at, ping_at) - now):
                return self._take(most_bytes)
        raise PeerGoneError

    def _is_readable(self, timeout_s: float) -> bool:
        poller = select.poll()
        poller.register(self._sock, select.POLLIN)
        return bool(poller.poll(max(1.0, timeout_s * 1000)))

    def _take(self, most_bytes: int) -> bytes:
        try:
            data = self._sock.recv(most_bytes)
        except OSError as error:
            raise PeerGoneError from error
        if not data:
            raise PeerGoneError
        self._heard_at = time.monotonic()
        return data

    def _ping(self, now: float) -> None:
        self._pinged_at = now
        # A writer that holds the lock is sending already, or is stuck and will run into its limit.
        if self._lock.acquire(blocking=False):
            try:
                self._write(self._protocol.send(Ping()))
            finally:
                self._lock.release()

    def _events(self, data: bytes) -> list[Event]:
        try:
            self._protocol.receive_data(data)
            events = list(self._protocol.events())
        except RemoteProtocolError as error:
            self.close(CloseReason.PROTOCOL_ERROR, str(error))
            raise PeerGoneError from error
        for event in events:
            if isinstance(event, Ping):
                self.send(self._protocol.send(event.response()))
            elif isinstance(event, CloseConnection):
                self._answer_close(event)
        return events

    def _answer_close(self, event: CloseConnection) -> None:
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._write_last(self._protocol.send(event.response()))
        raise PeerGoneError

    def _write(self, frames: bytes) -> None:
        if self._is_closed:
            raise PeerGoneError
        try:
            # Nearly always everything at once, and much cheaper than sendall's clock.
            sent = self._sock.send(frames)
            if sent < len(frames):
                self._sock.sendall(frames[sent:])
        except OSError as error:
            self.abort()
            raise PeerGoneError from error

    def _write_last(self, frame: bytes) -> None:
        try:
            self._sock.sendall(frame)
            self._sock.shutdown(socket.SHUT_WR)
        except OSError:
            return


def _short(reason: str) -> str:
    return reason.encode()[:_TEXT_IN_CLOSE_BYTES].decode(errors="ignore")
