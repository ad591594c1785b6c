"""Endpoints of predicted files; `api.endpoints` offers them under both prefixes."""

from api.addresses import IDEMPOTENCY_KEY, MULTIPART
from api.batch_predictions import schemas, views
from api.endpoint import Endpoint

_PATH = "/models/<model_id>/batch-predictions"

BATCH_PREDICTIONS = (
    Endpoint(
        method="POST",
        path=_PATH,
        scope="train",
        starts_training=True,
        view=views.create,
        summary="Predict all rows of a Parquet or CSV file, as a job",
        tag="Models",
        reads=schemas.StoredFileRequest,
        form=schemas.PredictionForm,
        consumes=(MULTIPART,),
        headers=IDEMPOTENCY_KEY,
        answer=schemas.AcceptedPrediction,
        status=202,
        refusals=(409,),
    ),
    Endpoint(
        method="GET",
        path=f"{_PATH}/<uuid:job_id>",
        view=views.show,
        summary="What became of the prediction of a file",
        tag="Models",
        answer=schemas.BatchPrediction,
    ),
    Endpoint(
        method="GET",
        path=f"{_PATH}/<uuid:job_id>/result",
        view=views.result,
        summary="The predictions of a file, as Parquet",
        tag="Models",
        headers={"If-None-Match": "The ETag of the result that is already there"},
        produces=views.PARQUET,
        further_answers={304: "The result is the one that is already there"},
        refusals=(409, 410),
    ),
)
