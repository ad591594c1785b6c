"""What stands before RabbitMQ, or in its place, and stops answering in the middle."""

import socket
import struct
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import BinaryIO, Self

METHOD, BODY = 1, 3
HEADER_BYTES = 7
GREETING_BYTES = 8
FRAME_END = b"\xce"

Method = tuple[int, int]

START, TUNE, ACK = (10, 10), (10, 30), (60, 80)
_PROPERTIES, _MECHANISMS, _LOCALES = b"\0\0\0\0", b"\0\0\0\x05PLAIN", b"\0\0\0\x05en_US"
_VERSION_0_9 = b"\0\x09"
_WELCOME = _VERSION_0_9 + _PROPERTIES + _MECHANISMS + _LOCALES
_ANSWERS: dict[Method, tuple[Method, bytes]] = {
    (10, 11): (TUNE, struct.pack(">HLH", 2047, 131_072, 0)),
    (10, 40): ((10, 41), b"\0"),  # open the connection
    (10, 50): ((10, 51), b""),  # close it
    (20, 10): ((20, 11), b"\0\0\0\0"),  # open a channel
    (20, 40): ((20, 41), b""),  # close it
    (40, 10): ((40, 11), b""),  # declare an exchange
    (85, 10): ((85, 11), b""),  # confirm what is published
}


class _Listener(ABC):
    """Serves one connection after the other in a thread of its own, on a free port of loopback."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self._listener.getsockname()[1]}//"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                publisher, _ = self._listener.accept()
            except OSError:
                return
            with publisher, publisher.makefile("rb") as frames:
                self._talk(publisher, frames)

    @abstractmethod
    def _talk(self, publisher: socket.socket, frames: BinaryIO) -> None:
        """Until one of both has gone."""


class SilentBroker(_Listener):
    """Takes every message and confirms the first few; from then on it answers nothing at all.

    `on_silence` is called with the first message that is not confirmed, while the publisher waits.
    """

    def __init__(self, confirms: int, on_silence: Callable[[], None]) -> None:
        super().__init__()
        self._left = confirms
        self._on_silence = on_silence
        self.bodies: list[bytes] = []

    def _talk(self, publisher: socket.socket, frames: BinaryIO) -> None:
        frames.read(GREETING_BYTES)
        publisher.sendall(_frame(0, START, _WELCOME))
        confirmed = 0
        while frame := _read(frames):
            kind, channel, payload = frame
            if kind == BODY:
                self.bodies.append(payload)
                if confirmed == self._left:
                    self._on_silence()
                    while _read(frames):
                        pass
                    return
                confirmed += 1
                publisher.sendall(_frame(channel, ACK, struct.pack(">QB", confirmed, 0)))
            elif kind == METHOD and (answer := _ANSWERS.get(_method(payload))):
                publisher.sendall(_frame(channel, *answer))


class MutedBroker(_Listener):
    """Passes everything to a broker and back until so many messages are confirmed; from then on the
    broker still gets what is said to it, and its answers are lost.
    """

    def __init__(self, port: int, confirms: int) -> None:
        super().__init__()
        self._port = port
        self._left = confirms

    def _talk(self, publisher: socket.socket, frames: BinaryIO) -> None:
        with socket.create_connection(("127.0.0.1", self._port)) as broker:
            answers = threading.Thread(target=self._pass_answers, args=(broker, publisher))
            answers.start()
            while said := publisher.recv(65_536):
                broker.sendall(said)
            broker.shutdown(socket.SHUT_RDWR)
            answers.join()

    def _pass_answers(self, broker: socket.socket, publisher: socket.socket) -> None:
        confirmed = 0
        with broker.makefile("rb") as frames:
            while frame := _read(frames):
                kind, channel, payload = frame
                is_ack = kind == METHOD and _method(payload) == ACK
                confirmed += is_ack
                if confirmed <= self._left:
                    publisher.sendall(_packed(kind, channel, payload))


def _read(frames: BinaryIO) -> tuple[int, int, bytes] | None:
    """None where the peer has gone."""
    try:
        header = frames.read(HEADER_BYTES)
        if len(header) < HEADER_BYTES:
            return None
        kind, channel, size = struct.unpack(">BHL", header)
        payload = frames.read(size)
        frames.read(len(FRAME_END))
    except OSError:
        return None
    return kind, channel, payload


def _method(payload: bytes) -> Method:
    group, number = struct.unpack(">HH", payload[:4])
    return group, number


def _frame(channel: int, method: Method, arguments: bytes) -> bytes:
    return _packed(METHOD, channel, struct.pack(">HH", *method) + arguments)


def _packed(kind: int, channel: int, payload: bytes) -> bytes:
    return struct.pack(">BHL", kind, channel, len(payload)) + payload + FRAME_END
