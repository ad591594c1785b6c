"""The addresses under which a job is watched over HTTP; WebSockets are in `api.live.sockets`."""

from api.addresses import TRAINING
from api.endpoint import Endpoint
from api.live.events import stream_events
from api.live.logs import read_logs
from api.live.polling import poll
from api.live.schemas import EventsQuery, LogLine, LogsQuery, PollQuery, ProgressPage
from api.schemas import Page

LAST_EVENT_ID = {"Last-Event-ID": "How far a client got that comes back; counts before `after`"}

ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{TRAINING}/events/<uuid:job_id>",
        view=stream_events,
        summary="Watch a job over Server-Sent Events; 204 when there is nothing more to come",
        further_answers={204: "Everything has been said: do not come back"},
        tag="Live",
        query=EventsQuery,
        produces="text/event-stream",
        headers=LAST_EVENT_ID,
    ),
    Endpoint(
        method="GET",
        path=f"{TRAINING}/progress/<uuid:job_id>",
        view=poll,
        summary="The next progress messages of a job; with `wait`, as soon as there is one",
        tag="Live",
        query=PollQuery,
        answer=ProgressPage,
    ),
    Endpoint(
        method="GET",
        path=f"{TRAINING}/logs/<uuid:job_id>",
        view=read_logs,
        summary="The training log of a job: what happened in which step, and how long it took",
        tag="Live",
        query=LogsQuery,
        answer=Page[LogLine],
    ),
)
