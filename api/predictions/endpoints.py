"""Endpoints of models in use; `api.endpoints` offers them under both prefixes."""

from api.endpoint import Endpoint
from api.predictions import schemas, views

MODELS_IN_USE = (
    Endpoint(
        method="POST",
        path="/models/<model_id>/predict",
        view=views.predict,
        summary="Predict with a model: rows of a table, or periods ahead of a forecast",
        tag="Models",
        query=schemas.PredictQuery,
        reads=schemas.PredictRequest,
        consumes=views.CONSUMES,
        answer=schemas.Predictions,
        also_produces=views.PRODUCES[1:],
        refusals=(406, 409, 504),
    ),
    Endpoint(
        method="POST",
        path="/models/<model_id>/explain",
        view=views.explain,
        summary="What each column contributed to the predictions of some rows",
        tag="Models",
        query=schemas.ExplainQuery,
        reads=schemas.ExplainRequest,
        consumes=views.CONSUMES,
        answer=schemas.Explanations,
        refusals=(409, 504),
    ),
    Endpoint(
        method="GET",
        path="/models/<model_id>/export",
        view=views.export,
        summary="A model as a file for other programs",
        tag="Models",
        query=schemas.ExportQuery,
        produces=views.BINARY,
        refusals=(409, 422, 504),
    ),
    Endpoint(
        method="GET",
        path="/models/<model_id>/live",
        view=views.live,
        summary="How a deployed forecast does against the sales that came later",
        tag="Models",
        answer=schemas.LiveScores,
    ),
)
