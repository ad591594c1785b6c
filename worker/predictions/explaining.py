"""Rows of a table in, what each column contributed to their predictions out."""

import io

import pandas as pd

from core.predictions import PredictionAnswer, PredictionRequest
from pipeline.errors import InvalidParameterError
from pipeline.explain.rows import MAX_EVALUATIONS, explain_rows
from pipeline.table.kinds import check_columns
from pipeline.table.spec import TableLimits
from worker.predictions.answers import explained
from worker.predictions.loaded import LoadedModel, LoadedTable
from worker.predictions.rows import asked_rows


def explain_table(
    loaded: LoadedModel, request: PredictionRequest, limits: TableLimits
) -> PredictionAnswer:
    fitted = loaded.fitted
    if not isinstance(fitted, LoadedTable) or fitted.background is None:
        raise InvalidParameterError(_cannot_explain(loaded))
    wanted = asked_rows(fitted, request, limits)
    if wanted.frame is None:
        raise InvalidParameterError("rows is missing: send the rows to explain")
    check_columns(fitted, wanted.frame)
    told = explain_rows(
        fitted.as_candidate(wanted.candidate),
        pd.read_parquet(io.BytesIO(fitted.background)),
        wanted.frame,
        candidate=wanted.candidate,
        max_rows=limits.max_rows,
        max_evaluations=MAX_EVALUATIONS,
    )
    return explained({"model_id": loaded.public_id, **wanted.named_candidate(), **told})


def _cannot_explain(loaded: LoadedModel) -> str:
    if isinstance(loaded.fitted, LoadedTable):
        return (
            f"{loaded.public_id} keeps no rows to compare with, so its predictions cannot be"
            " explained one by one; models of classifications and regressions that are trained now"
            " keep them"
        )
    return (
        f"{loaded.public_id} is the forecast of a product, whose periods cannot be explained one by"
        " one; GET /models/{id} tells what it learned"
    )
