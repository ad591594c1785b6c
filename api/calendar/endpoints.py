"""The addresses of the calendar."""

from api.addresses import IDEMPOTENCY_KEY, TRAINING
from api.calendar import views
from api.calendar.schemas import CalendarEntryAnswer, CalendarQuery, ChangeEntry, CreateEntry
from api.endpoint import Endpoint
from api.schemas import Page

_TAG = "Calendar"

ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{TRAINING}/calendar",
        view=views.list_entries,
        summary="List closures and events, newest first",
        tag=_TAG,
        query=CalendarQuery,
        answer=Page[CalendarEntryAnswer],
    ),
    Endpoint(
        method="POST",
        path=f"{TRAINING}/calendar",
        scope="train",
        view=views.create,
        summary="Add days on which the shop is closed, or on which something happens",
        tag=_TAG,
        body=CreateEntry,
        headers=IDEMPOTENCY_KEY,
        answer=CalendarEntryAnswer,
        status=201,
        refusals=(404, 409),
    ),
    Endpoint(
        method="PATCH",
        path=f"{TRAINING}/calendar/<uuid:entry_id>",
        scope="train",
        view=views.change,
        summary="Change a closure or an event; what is left out stays",
        tag=_TAG,
        body=ChangeEntry,
        answer=CalendarEntryAnswer,
        refusals=(409,),
    ),
    Endpoint(
        method="DELETE",
        path=f"{TRAINING}/calendar/<uuid:entry_id>",
        scope="train",
        view=views.delete,
        summary="Remove a closure or an event",
        tag=_TAG,
        status=204,
    ),
)
