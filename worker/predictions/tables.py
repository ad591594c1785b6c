"""Rows of a table in, their predictions out."""

from typing import Any

import pandas as pd

from core.predictions import PredictionAnswer, PredictionRequest
from pipeline.errors import InvalidDataError
from pipeline.table.incoming import JSON, frame_of_rows, json_object, read_rows
from pipeline.table.kinds import NUMBERS, check_columns, kind_of_columns
from pipeline.table.predict import predict_rows
from pipeline.table.spec import TableLimits
from worker.predictions.answers import predicted
from worker.predictions.loaded import LoadedTable


def predict_table(
    fitted: LoadedTable, public_id: str, request: PredictionRequest, limits: TableLimits
) -> PredictionAnswer:
    rows = _rows(fitted, request, limits)
    check_columns(fitted, rows)
    frame = predict_rows(fitted, rows)
    return predicted(frame, _as_json(fitted, public_id, frame), request.accept)


def _rows(fitted: LoadedTable, request: PredictionRequest, limits: TableLimits) -> pd.DataFrame:
    if request.content_type != JSON:
        kinds = kind_of_columns(fitted)
        text_columns = [name for name, kind in kinds.items() if kind != NUMBERS]
        return read_rows(request.body, request.content_type, limits, text_columns)
    asked = json_object(request.body)
    if "rows" not in asked:
        raise InvalidDataError(
            f"rows is missing: send a list of objects with {', '.join(fitted.features[:50])}"
        )
    return frame_of_rows(asked["rows"], limits)


def _as_json(fitted: LoadedTable, public_id: str, frame: pd.DataFrame) -> dict[str, Any]:
    answer: dict[str, Any] = {"model_id": public_id, "predictions": frame["prediction"].tolist()}
    if fitted.classes is not None:
        shares = frame[[f"probability_{name}" for name in fitted.classes]]
        answer |= {"classes": list(fitted.classes), "probabilities": shares.to_numpy().tolist()}
    return answer
