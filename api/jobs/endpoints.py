"""The endpoints of jobs."""

from api.addresses import IDEMPOTENCY_KEY, TRAINING
from api.endpoint import Endpoint
from api.jobs import schemas, views
from api.schemas import Page, PageQuery

ENDPOINTS = (
    Endpoint(
        method="POST",
        path=f"{TRAINING}/start",
        scope="train",
        view=views.start,
        summary="Train a model for every product, or for some",
        tag="Training",
        body=schemas.StartRequest,
        headers=IDEMPOTENCY_KEY,
        answer=schemas.AcceptedJob,
        status=202,
        refusals=(400, 409, 415, 422),
    ),
    Endpoint(
        method="POST",
        path=f"{TRAINING}/start/<product_id>",
        scope="train",
        view=views.start_product,
        summary="Train a model for one product (id or SKU)",
        tag="Training",
        body=schemas.TrainingRequest,
        headers=IDEMPOTENCY_KEY,
        answer=schemas.AcceptedJob,
        status=202,
        refusals=(400, 404, 409, 415, 422),
    ),
    Endpoint(
        method="POST",
        path=f"{TRAINING}/stop/<uuid:job_id>",
        scope="train",
        view=views.stop,
        summary="Stop a job",
        tag="Training",
        body=schemas.StopRequest,
        answer=schemas.StoppedJob,
        status=202,
        refusals=(404, 415, 422),
    ),
    Endpoint(
        method="GET",
        path=f"{TRAINING}/status/<uuid:job_id>",
        view=views.status,
        summary="Status and progress of a job and its products",
        tag="Training",
        answer=schemas.JobStatus,
        refusals=(404,),
    ),
    Endpoint(
        method="GET",
        path=f"{TRAINING}/history",
        view=views.list_jobs,
        summary="List the jobs, newest first",
        tag="Training",
        query=PageQuery,
        answer=Page[schemas.JobSummary],
        refusals=(400,),
    ),
)
