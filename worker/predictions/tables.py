"""Rows of a table in, their predictions out; or of time series, the periods ahead."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from core.predictions import PredictionAnswer, PredictionRequest
from pipeline.errors import InvalidParameterError
from pipeline.table.kinds import check_columns
from pipeline.table.predict import predict_rows
from pipeline.table.spec import TableLimits
from worker.predictions.answers import predicted
from worker.predictions.loaded import LoadedTable
from worker.predictions.rows import TIME_SERIES, asked_rows

PROBABILITY = "probability_"
PREDICTION, INTERVAL = "prediction", ("lower", "upper")


def predict_table(
    fitted: LoadedTable, public_id: str, request: PredictionRequest, limits: TableLimits
) -> PredictionAnswer:
    wanted = asked_rows(fitted, request, limits)
    if wanted.frame is None:
        frame = _ahead(fitted, wanted.asked.horizon, wanted.candidate)
    elif wanted.asked.horizon is not None:
        raise InvalidParameterError(_no_horizon(fitted))
    else:
        check_columns(fitted, wanted.frame)
        frame = predict_rows(fitted, wanted.frame, wanted.candidate)
    as_json = {"model_id": public_id, **wanted.named_candidate(), **_fields(frame, fitted)}
    return predicted(frame, as_json, request.accept)


def _ahead(fitted: LoadedTable, horizon: int | None, candidate: str | None) -> pd.DataFrame:
    """The next periods of every time series, with the names and times of each."""
    frame: pd.DataFrame = fitted.model.forecast(horizon)
    if candidate is None:
        return frame
    periods = frame.drop(columns=[PREDICTION, *INTERVAL])
    asked = fitted.preprocessing.transform(periods)
    answered: pd.DataFrame = fitted.model.answer(asked, fitted.classes, periods.index, candidate)
    return periods.join(answered)


def _no_horizon(fitted: LoadedTable) -> str:
    if fitted.ml_task == TIME_SERIES:
        return "Give either rows or a horizon: rows name their periods themselves"
    return f"horizon is for models of time series; this one is a {fitted.ml_task}"


def _fields(frame: pd.DataFrame, fitted: LoadedTable) -> dict[str, Any]:
    """Predictions as JSON has them; what the model does not tell is left out."""
    answer: dict[str, Any] = {"predictions": frame[PREDICTION].tolist()}
    names = [str(name) for name in frame.columns]
    shares = [name for name in names if name.startswith(PROBABILITY)]
    if shares:
        answer["classes"] = [name.removeprefix(PROBABILITY) for name in shares]
        answer["probabilities"] = _rows(frame, shares)
    if set(INTERVAL) <= set(names):
        answer["intervals"] = _rows(frame, INTERVAL)
        answer["interval_level"] = fitted.interval_level
    named = [name for name in names if name not in (PREDICTION, *INTERVAL, *shares)]
    if named:
        answer["rows"] = frame[named].astype("str").to_dict("records")
    return answer


def _rows(frame: pd.DataFrame, columns: Sequence[str]) -> list[list[float | None]]:
    """An end that is not known is null."""
    values = [frame[name].to_numpy(dtype=float) for name in columns]
    known = [[None if math.isnan(cell) else cell for cell in column.tolist()] for column in values]
    return list(map(list, zip(*known, strict=True)))
