"""The endpoints of schedules."""

from api.addresses import IDEMPOTENCY_KEY, TRAINING
from api.endpoint import Endpoint
from api.jobs.schemas import AcceptedJob
from api.schedules import views
from api.schedules.schemas import ChangeSchedule, CreateSchedule, ScheduleAnswer
from api.schemas import Page, PageQuery

_TAG = "Schedules"

ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{TRAINING}/schedules",
        view=views.list_schedules,
        summary="List the trainings that repeat, newest first",
        tag=_TAG,
        query=PageQuery,
        answer=Page[ScheduleAnswer],
    ),
    Endpoint(
        method="POST",
        path=f"{TRAINING}/schedules",
        scope="train",
        view=views.create,
        summary="Repeat a training at the times of a cron expression",
        tag=_TAG,
        body=CreateSchedule,
        headers=IDEMPOTENCY_KEY,
        answer=ScheduleAnswer,
        status=201,
        refusals=(404, 409),
    ),
    Endpoint(
        method="GET",
        path=f"{TRAINING}/schedules/<uuid:schedule_id>",
        view=views.detail,
        summary="A schedule with its next runs and its last job",
        tag=_TAG,
        answer=ScheduleAnswer,
    ),
    Endpoint(
        method="PATCH",
        path=f"{TRAINING}/schedules/<uuid:schedule_id>",
        scope="train",
        view=views.change,
        summary="Change, pause or resume a schedule",
        tag=_TAG,
        body=ChangeSchedule,
        answer=ScheduleAnswer,
        refusals=(409,),
    ),
    Endpoint(
        method="DELETE",
        path=f"{TRAINING}/schedules/<uuid:schedule_id>",
        scope="train",
        view=views.delete,
        summary="Delete a schedule; its jobs and models stay",
        tag=_TAG,
        status=204,
    ),
    Endpoint(
        method="POST",
        path=f"{TRAINING}/schedules/<uuid:schedule_id>/run",
        scope="train",
        starts_training=True,
        view=views.run,
        summary="Start the training of a schedule at once; its plan stays as it is",
        tag=_TAG,
        headers=IDEMPOTENCY_KEY,
        answer=AcceptedJob,
        status=202,
        refusals=(409, 422),
    ),
)
