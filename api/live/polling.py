"""Progress for those who ask again and again, and may wait for the answer."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from uuid import UUID

from api.live.batches import JOB_ENDS
from api.live.channel import Watcher
from api.live.positions import find_position
from api.live.progress_views import forecast_view
from api.live.schemas import PollQuery, ProgressPage
from api.services import Services
from core.progress import ProgressMessage


def poll(services: Services, tenant_id: UUID, job_id: UUID, query: PollQuery) -> ProgressPage:
    """The next messages behind a number; with `wait`, as soon as there is one."""
    position = find_position(services, tenant_id, job_id, str(query.after))
    if position.has_everything:
        return ProgressPage(messages=[], next_after=query.after, is_final=True)
    with ExitStack() as held:
        if query.wait:
            held.enter_context(services.connections.hold(tenant_id, "poll"))
        watcher = held.enter_context(
            services.relay.watch(job_id, position.after, at_once=position.at_once)
        )
        messages = list(islice(_messages(watcher, query.wait), query.limit))
    return ProgressPage(
        messages=[dict(forecast_view(message.body)) for message in messages],
        next_after=messages[-1].seq if messages else query.after,
        is_final=bool(messages) and messages[-1].body["event"] in JOB_ENDS,
    )


def _messages(watcher: Watcher, wait_s: float) -> Iterator[ProgressMessage]:
    batch = watcher.next(wait_s)
    while batch is not None:
        yield from batch.messages
        batch = None if batch.is_final else watcher.next(0)
