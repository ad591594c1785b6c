"""Periods ahead in, their forecast out."""

from typing import Annotated, Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime, ValidationError, model_validator

from core.predictions import PredictionAnswer, PredictionRequest
from core.validation import in_words
from pipeline.errors import InvalidDataError
from pipeline.forecast.finished.on_demand import (
    OnDemandForecast,
    first_periods,
    forecast_rows,
    periods_between,
)
from pipeline.forecast.finished.since import KnownSince
from pipeline.forecast.result import FittedForecaster
from pipeline.table.incoming import JSON, frame_of_rows, json_object, read_rows
from pipeline.table.spec import TableLimits
from worker.predictions.answers import predicted


class ForecastAsked(BaseModel):
    """The JSON body: so many days, or from one day to another, or given rows."""

    model_config = ConfigDict(extra="forbid")

    horizon_days: Annotated[int, Field(ge=1, le=3650, strict=True)] | None = None
    start: NaiveDatetime | None = None
    end: NaiveDatetime | None = None
    rows: list[dict[str, Any]] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "ForecastAsked":
        has_range = self.start is not None or self.end is not None
        if (self.horizon_days is not None) + has_range + (self.rows is not None) > 1:
            raise ValueError("give either horizon_days, or start and end, or rows")
        return self


def predict_forecast(
    model: FittedForecaster,
    public_id: str,
    request: PredictionRequest,
    limits: TableLimits,
    since: KnownSince,
) -> PredictionAnswer:
    forecast = forecast_rows(model, _periods(model, request, limits), since)
    return predicted(forecast.frame, _as_json(public_id, forecast), request.accept)


def _periods(
    model: FittedForecaster, request: PredictionRequest, limits: TableLimits
) -> pd.DataFrame:
    if request.content_type != JSON:
        return read_rows(request.body, request.content_type, limits, ["ds"])
    asked = _asked(request.body)
    if asked.rows is not None:
        return frame_of_rows(asked.rows, limits)
    if asked.horizon_days is not None:
        return first_periods(model, asked.horizon_days)
    return periods_between(model, _moment(asked.start), _moment(asked.end))


def _asked(body: bytes) -> ForecastAsked:
    try:
        return ForecastAsked.model_validate(json_object(body))
    except ValidationError as error:
        raise InvalidDataError(f"The request is not accepted. {in_words(error, 'body')}") from error


def _moment(value: NaiveDatetime | None) -> pd.Timestamp | None:
    return None if value is None else pd.Timestamp(value)


def _as_json(public_id: str, forecast: OnDemandForecast) -> dict[str, Any]:
    frame = forecast.frame
    moments = [moment.isoformat() for moment in frame["ds"]]
    columns = (frame[name].tolist() for name in ("yhat", "yhat_lower", "yhat_upper"))
    names = ("ds", "yhat", "yhat_lower", "yhat_upper")
    rows = [dict(zip(names, row, strict=True)) for row in zip(moments, *columns, strict=True)]
    return {"model_id": public_id, "predictions": rows, "notes": list(forecast.notes)}
