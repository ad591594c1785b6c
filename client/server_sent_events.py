"""Progress over plain HTTP, as Server-Sent Events: where no WebSocket gets through."""

from collections.abc import Generator, Iterable, Iterator

from client.addresses import training_path
from client.connection import Connection
from client.errors import ProblemError, ServiceUnreachableError
from client.lines import Line, LineLostError
from client.retrying import may_pass

SILENT_FOR_S = 120.0
"""A service that lives sends a comment every WEBSOCKET_HEARTBEAT_INTERVAL (30) seconds."""


def event_line(connection: Connection) -> Line:
    """The position is told in `Last-Event-ID`, as a browser does."""

    def messages(job_id: str, after: int) -> Generator[str, None, None]:
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
        path = training_path("events", job_id)
        try:
            with connection.stream(path, headers=headers, silent_for_s=SILENT_FOR_S) as chunks:
                yield from read_events(chunks)
        except ServiceUnreachableError as error:
            raise LineLostError from error
        except ProblemError as error:
            if may_pass(error.status):
                raise LineLostError from error
            raise

    return messages


def read_events(chunks: Iterable[bytes]) -> Iterator[str]:
    """The data of each event that is complete; comments and other fields say nothing to us."""
    data: list[bytes] = []
    for line in _lines(chunks):
        if line.startswith(b"data:"):
            data.append(line.removeprefix(b"data:").removeprefix(b" "))
        elif not line and data:
            yield b"\n".join(data).decode()
            data = []


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    left = b""
    for chunk in chunks:
        *complete, left = (left + chunk).split(b"\n")
        for line in complete:
            yield line.removesuffix(b"\r")
