"""Many watchers of one job in one process: `python -m benchmarks.watchers URL COUNT [--plain]`.

Writes a line when all are connected, and when all were sent away what they saw, as JSON.
"""

import argparse
import asyncio
import json
import re
import resource
import time
from array import array
from urllib.parse import urlsplit

from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri

AT_ONCE = 50
_SEQ = re.compile(rb'"seq": ?(\d+)')
_SENT_AT = re.compile(rb'"sent_at": ?([\d.]+)')


class Tally:
    """What all watchers saw together."""

    def __init__(self) -> None:
        self.delays_s = array("d")
        self.breaks = 0
        self.first: list[int] = []
        self.last: list[int] = []


class Watcher(asyncio.Protocol):
    """The websockets library without its own tasks and queues, which would cost more than a watch.

    A break is a number that does not follow the one before.
    """

    def __init__(self, url: str, tally: Tally, *, compressed: bool) -> None:
        extensions = [ClientPerMessageDeflateFactory()] if compressed else None
        self._protocol = ClientProtocol(parse_uri(url), extensions=extensions)
        self._tally = tally
        self._seq: int | None = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._protocol.send_request(self._protocol.connect())
        self._flush()

    def data_received(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Response):
                self._open()
            elif isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self._see(bytes(event.data))
        self._flush()

    def connection_lost(self, _: Exception | None) -> None:
        self._tally.last.append(self._seq or 0)
        self.closed.set_result(None)

    def _open(self) -> None:
        problem = self._protocol.handshake_exc
        if problem is None:
            self.opened.set_result(None)
        else:
            self.opened.set_exception(problem)

    def _see(self, text: bytes) -> None:
        found, sent_at = _SEQ.search(text), _SENT_AT.search(text)
        seq = int(found[1]) if found else 0
        if self._seq is None:
            self._tally.first.append(seq)
        elif seq != self._seq + 1:
            self._tally.breaks += 1
        self._seq = seq
        if sent_at:
            self._tally.delays_s.append(time.time() - float(sent_at[1]))

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._transport.write(data)
            else:
                self._transport.write_eof()


async def watch(url: str, count: int, *, compressed: bool) -> Tally:
    """Connect them all, say so, and wait until the server has sent each away."""
    tally = Tally()
    gate = asyncio.Semaphore(AT_ONCE)
    watchers = await asyncio.gather(
        *(_connect(url, tally, gate, compressed=compressed) for _ in range(count))
    )
    print("connected", flush=True)
    await asyncio.gather(*(watcher.closed for watcher in watchers))
    return tally


async def _connect(url: str, tally: Tally, gate: asyncio.Semaphore, *, compressed: bool) -> Watcher:
    address = urlsplit(url)
    async with gate:
        _, watcher = await asyncio.get_running_loop().create_connection(
            lambda: Watcher(url, tally, compressed=compressed),
            address.hostname or "",
            address.port or 80,
        )
        await watcher.opened
    return watcher


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("count", type=int)
    parser.add_argument("--plain", action="store_true", help="offer no compression")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    tally = asyncio.run(watch(options.url, options.count, compressed=not options.plain))
    seen = {"breaks": tally.breaks, "first": tally.first, "last": tally.last}
    print(json.dumps({**seen, "delays_s": list(tally.delays_s)}))


if __name__ == "__main__":
    main()
