"""Rows of a table in, their predictions out."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from core.predictions import PredictionAnswer, PredictionRequest
from pipeline.table.kinds import check_columns
from pipeline.table.predict import predict_rows
from pipeline.table.spec import TableLimits
from worker.predictions.answers import predicted
from worker.predictions.loaded import LoadedTable
from worker.predictions.rows import asked_rows

PROBABILITY = "probability_"
INTERVAL = ("lower", "upper")


def predict_table(
    fitted: LoadedTable, public_id: str, request: PredictionRequest, limits: TableLimits
) -> PredictionAnswer:
    wanted = asked_rows(fitted, request, limits)
    check_columns(fitted, wanted.frame)
    frame = predict_rows(fitted, wanted.frame, wanted.candidate)
    as_json = {"model_id": public_id, **wanted.named_candidate(), **answer_fields(frame, fitted)}
    return predicted(frame, as_json, request.accept)


def answer_fields(frame: pd.DataFrame, fitted: LoadedTable) -> dict[str, Any]:
    """Predictions as JSON has them; what the model does not tell is left out."""
    answer: dict[str, Any] = {"predictions": frame["prediction"].tolist()}
    shares = [name for name in frame if name.startswith(PROBABILITY)]
    if shares:
        answer["classes"] = [name.removeprefix(PROBABILITY) for name in shares]
        answer["probabilities"] = _rows(frame, shares)
    if set(INTERVAL) <= set(frame):
        answer["intervals"] = _rows(frame, INTERVAL)
        answer["interval_level"] = fitted.interval_level
    return answer


def _rows(frame: pd.DataFrame, columns: Sequence[str]) -> list[list[float]]:
    return list(map(list, zip(*(frame[name].tolist() for name in columns), strict=True)))
