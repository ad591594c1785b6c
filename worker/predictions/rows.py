"""The rows of a request as a frame, and what else its body asks for."""

from dataclasses import dataclass
from typing import Annotated

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.predictions import PredictionRequest
from core.validation import in_words
from pipeline.errors import InvalidDataError, InvalidParameterError
from pipeline.table.incoming import JSON, frame_of_rows, json_object, number_booleans, read_rows
from pipeline.table.kinds import NUMBERS, kind_of_columns
from pipeline.table.spec import TableLimits
from worker.predictions.loaded import LoadedTable

TIME_SERIES = "time_series"
MOST_COLUMNS_NAMED = 50


class TableAsked(BaseModel):
    """What is asked of a table model beside its rows, in a JSON body or in the address."""

    model_config = ConfigDict(extra="ignore")

    candidate: str | None = None
    horizon: Annotated[int, Field(ge=1)] | None = None


@dataclass(frozen=True, slots=True)
class AskedRows:
    """`frame` is None where periods ahead are asked for instead."""

    frame: pd.DataFrame | None
    asked: TableAsked
    chosen: str | None

    @property
    def candidate(self) -> str | None:
        """The one that predicts; None for the one that the training chose."""
        return self.asked.candidate or self.chosen

    def named_candidate(self) -> dict[str, str]:
        """The field that repeats which candidate was asked for, if one was."""
        return {} if self.asked.candidate is None else {"candidate": self.asked.candidate}


def asked_rows(fitted: LoadedTable, request: PredictionRequest, limits: TableLimits) -> AskedRows:
    """Raises `InvalidDataError`, `InvalidParameterError` or `ResourceLimitError`."""
    if request.content_type != JSON:
        # Text of a CSV file is read as a text in any other form: by the encoding of its column.
        frame = read_rows(request.body, request.content_type, limits, fitted.features)
        numbers = [name for name, kind in kind_of_columns(fitted).items() if kind == NUMBERS]
        return AskedRows(number_booleans(frame, numbers), _asked(request.options), request.chosen)
    body = json_object(request.body)
    asked = _asked({**request.options, **body})
    if "rows" in body:
        return AskedRows(
            frame_of_rows(body["rows"], limits, only=fitted.features), asked, request.chosen
        )
    if fitted.ml_task != TIME_SERIES:
        named = ", ".join(fitted.features[:MOST_COLUMNS_NAMED])
        raise InvalidDataError(f"rows is missing: send a list of objects with {named}")
    return AskedRows(None, asked, request.chosen)


def _asked(options: object) -> TableAsked:
    try:
        return TableAsked.model_validate(options)
    except ValidationError as error:
        told = in_words(error, "body")
        raise InvalidParameterError(f"The request is not accepted. {told}") from error
