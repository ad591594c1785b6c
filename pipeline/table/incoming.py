"""Rows to predict, as JSON, CSV, Parquet or an Arrow stream, as one frame in bounded memory."""

import io
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pipeline.errors import InvalidDataError, ResourceLimitError
from pipeline.table.arrow import expanded_bytes, to_plain
from pipeline.table.csv_width import HEAD_BYTES, check_width
from pipeline.table.ipc import refuse_compression
from pipeline.table.load import check_names, data_columns, read_table
from pipeline.table.size import check_bytes, check_shape
from pipeline.table.spec import TableLimits

JSON = "application/json"
CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
ARROW = "application/vnd.apache.arrow.stream"
_DIGITS_OF_64_BITS = 18
_BOOLEANS = {"true": "1", "false": "0"}


def json_object(body: bytes) -> Mapping[str, Any]:
    """The object that the body holds; an empty body is an empty object.

    Raises
    ------
    InvalidDataError
        If it is not JSON, or JSON of another kind.
    """
    try:
        found = json.loads(body or b"{}", parse_int=_whole_number)
    except (ValueError, RecursionError) as error:
        raise InvalidDataError(f"The body is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise InvalidDataError('The body must be a JSON object, such as {"rows": [{"price": 2}]}')
    return found


def frame_of_rows(
    rows: object, limits: TableLimits, only: Sequence[str] | None = None
) -> pd.DataFrame:
    """The list of objects of a JSON body; what an object leaves out is missing.

    The cells stay Python objects, which for one row is many times faster than a dtype for each
    column. With ``only``, columns beside these are ignored, and these are in this order.

    Raises
    ------
    InvalidDataError
        If it is no list of objects.
    ResourceLimitError
        If there are too many rows or columns.
    """
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidDataError("rows must be a list of objects, one for each row to predict")
    names = list(dict.fromkeys(name for row in rows for name in row))
    if names or not rows:
        check_shape(len(rows), max(1, len(names)), limits)
    if only is not None:
        there = set(names)
        names = [name for name in only if name in there]
    cells = np.empty((len(rows), len(names)), dtype=object)
    for place, row in enumerate(rows):
        cells[place] = [row.get(name) for name in names]
    return pd.DataFrame(cells, columns=pd.Index(names, dtype=object))


def read_rows(
    body: bytes, content_type: str, limits: TableLimits, text_columns: Collection[str]
) -> pd.DataFrame:
    """The rows of a body that is no JSON; ``text_columns`` are text even where they look like
    numbers.

    Raises
    ------
    InvalidDataError
        If the body is not what its content type says.
    ResourceLimitError
        If there are too many rows, columns or bytes.
    """
    if content_type == CSV:
        return _read_csv(body, limits, text_columns)
    if content_type == ARROW:
        return _read_arrow(body, limits)
    return read_table(io.BytesIO(body), limits)


def number_booleans(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """The texts true and false as 1 and 0 in ``columns``, which hold numbers: a file of text knows
    no booleans."""
    written = {
        name: frame[name].where(
            ~frame[name].str.lower().isin(_BOOLEANS), frame[name].str.lower().map(_BOOLEANS)
        )
        for name in columns
        if name in frame and isinstance(frame[name].dtype, pd.StringDtype)
    }
    return frame.assign(**written) if written else frame


def _whole_number(digits: str) -> int | float:
    """What does not fit into 64 bits becomes a float, as in every other form."""
    return int(digits) if len(digits) <= _DIGITS_OF_64_BITS else float(digits)


def _read_csv(body: bytes, limits: TableLimits, text_columns: Collection[str]) -> pd.DataFrame:
    try:
        head = body.split(b"\n", 1)[0].decode("utf-8-sig")
        separator = ";" if ";" in head and "," not in head else ","
        check_width(body[:HEAD_BYTES], separator, limits)
        frame = pd.read_csv(
            io.BytesIO(body),
            sep=separator,
            nrows=limits.max_rows + 1,
            dtype=dict.fromkeys(text_columns, "str"),
            encoding="utf-8-sig",
        )
    except UnicodeDecodeError as error:
        raise InvalidDataError("The CSV is not UTF-8; save it with UTF-8") from error
    except (ValueError, OverflowError) as error:  # pandas' own errors are ValueErrors
        raise InvalidDataError(f"The CSV cannot be read: {error}") from error
    check_shape(len(frame), len(frame.columns), limits)
    return frame


def _read_arrow(body: bytes, limits: TableLimits) -> pd.DataFrame:
    try:
        refuse_compression(body)
        with pa.ipc.open_stream(body) as stream:
            check_names(stream.schema.names)
            names = data_columns(stream.schema)
            batches = [_plain_batch(batch.select(names), limits) for batch in stream]
            schema = pa.schema([stream.schema.field(name) for name in names])
            table = pa.Table.from_batches(batches, _plain_schema(schema))
    except pa.ArrowMemoryError as error:
        raise ResourceLimitError(f"The rows do not fit into memory: {error}") from error
    except (pa.ArrowException, OSError) as error:
        raise InvalidDataError(f"The body is not an Arrow stream: {error}") from error
    check_shape(table.num_rows, table.num_columns, limits)
    check_bytes(table.nbytes, limits)
    frame: pd.DataFrame = table.to_pandas()
    return frame


def _plain_batch(batch: pa.RecordBatch, limits: TableLimits) -> pa.RecordBatch:
    check_bytes(sum(expanded_bytes(column) for column in batch.columns), limits)
    columns = [to_plain(column) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _plain_schema(schema: pa.Schema) -> pa.Schema:
    empty = [to_plain(pa.array([], type=field.type)) for field in schema]
    return pa.schema([(name, array.type) for name, array in zip(schema.names, empty, strict=True)])
