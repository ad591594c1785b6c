"""Jobs that nobody asks for over HTTP get an id and a trace to follow them by, as requests do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from core.logs import bind
from worker.context import Context


@dataclass(frozen=True, slots=True)
class Origin:
    """What a job keeps of where it comes from."""

    request_id: str
    trace_context: str | None


@contextmanager
def origin(
    context: Context, name: str, *, request_id: str | None = None, parent: str | None = None
) -> Iterator[Origin]:
    """Jobs made inside the block belong to this id and to this span, which log lines carry, too.

    A new id and a new trace, unless whoever is behind it gave some.
    """
    own_id = request_id or uuid4().hex
    with bind(request_id=own_id), context.tracing.span(name, parent=parent):
        yield Origin(own_id, context.tracing.traceparent() or parent)
