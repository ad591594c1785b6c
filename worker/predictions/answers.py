"""Predictions as bytes, in the form that the caller accepts."""

import io
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from core.predictions import PredictionAnswer
from pipeline.errors import PipelineError, WrongColumnsError
from pipeline.table.incoming import ARROW, CSV, JSON


def predicted(frame: pd.DataFrame, as_json: dict[str, Any], accept: str) -> PredictionAnswer:
    """The frame as CSV or Arrow, or else the object as JSON."""
    if accept == CSV:
        return _answer(CSV, frame.to_csv(index=False).encode())
    if accept == ARROW:
        return _answer(ARROW, _arrow(frame))
    return _answer(JSON, json.dumps(as_json, allow_nan=False).encode())


def explained(told: Mapping[str, Any]) -> PredictionAnswer:
    return _answer(JSON, json.dumps(told, allow_nan=False).encode())


def exported(content: bytes, media_type: str, file_name: str) -> PredictionAnswer:
    return PredictionAnswer(
        outcome="predicted", content_type=media_type, body=content, file_name=file_name
    )


def refused(error: PipelineError) -> PredictionAnswer:
    """What was wrong with the rows, column by column where that is known."""
    told: dict[str, Any] = {"detail": str(error)}
    if isinstance(error, WrongColumnsError):
        told["errors"] = [
            {"field": one.column, "message": one.message, "value": one.value, "row": one.row}
            for one in error.problems
        ]
    return PredictionAnswer(outcome="refused", content_type=JSON, body=json.dumps(told).encode())


def unloadable(detail: str) -> PredictionAnswer:
    return PredictionAnswer(outcome="unloadable", content_type=JSON, body=_detail(detail))


def away() -> PredictionAnswer:
    detail = "The store of the models does not answer; try again in a few seconds"
    return PredictionAnswer(outcome="away", content_type=JSON, body=_detail(detail))


def failed() -> PredictionAnswer:
    detail = "The prediction failed; the log of the prediction worker has the details"
    return PredictionAnswer(outcome="failed", content_type=JSON, body=_detail(detail))


def _answer(content_type: str, body: bytes) -> PredictionAnswer:
    return PredictionAnswer(outcome="predicted", content_type=content_type, body=body)


def _detail(detail: str) -> bytes:
    return json.dumps({"detail": detail}).encode()


def _arrow(frame: pd.DataFrame) -> bytes:
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, table.schema) as stream:
        stream.write_table(table)
    return buffer.getvalue()
