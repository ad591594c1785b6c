"""The predictions of a file of any length, written as Parquet while it is read."""

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from typing import BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import ColumnProblem, WrongColumnsError
from pipeline.table.batches import RowFile
from pipeline.table.incoming import number_booleans
from pipeline.table.kinds import NUMBERS, check_columns, kind_of_columns
from pipeline.table.load import to_pandas
from pipeline.table.predict import FittedTable, predict_rows

ROW = "row"
_PREFIX = "input_"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """``candidate`` predicts instead of the chosen one; ``keep_columns`` repeats the columns of the
    file before the predictions.
    """

    candidate: str | None = None
    keep_columns: bool = False


def predict_batches(
    fitted: FittedTable,
    rows: RowFile,
    sink: BinaryIO,
    options: BatchOptions,
    on_rows: Callable[[int], None],
) -> int:
    """Write the number of each row, counted from 1, and its prediction to ``sink`` as Parquet.

    Parameters
    ----------
    on_rows
        Called before the first row and after each batch, with the number of rows that are
        predicted; what it raises passes through.

    Returns
    -------
    int
        The number of rows.

    Raises
    ------
    WrongColumnsError
        If columns that the model needs are missing or hold values that cannot be read; the row is
        that of the file.
    InvalidParameterError
        If the model does not hold the candidate.
    InvalidDataError, InsufficientDataError, ResourceLimitError
        If the file cannot be read.
    """
    _require_columns(fitted, rows.columns)
    on_rows(0)
    done = 0
    names = rows.columns if options.keep_columns else fitted.features
    with ExitStack() as held:
        writer: pq.ParquetWriter | None = None
        for batch in held.enter_context(closing(rows.batches(names))):
            answered = _answered(fitted, batch, done, options)
            if writer is None:
                new = pq.ParquetWriter(sink, answered.schema, compression="zstd")
                writer = held.enter_context(new)
            writer.write_table(_as_before(answered, writer.schema))
            done += answered.num_rows
            on_rows(done)
    return done


def _require_columns(fitted: FittedTable, columns: Collection[str]) -> None:
    told = "is missing; add it, empty where the value is unknown"
    missing = [name for name in fitted.features if name not in columns]
    if missing:
        raise WrongColumnsError([ColumnProblem(name, told) for name in missing])


def _answered(fitted: FittedTable, batch: pa.Table, done: int, options: BatchOptions) -> pa.Table:
    frame = to_pandas(batch.select(list(fitted.features)))
    numbers = [name for name, kind in kind_of_columns(fitted).items() if kind == NUMBERS]
    frame = number_booleans(frame, numbers)
    _check_rows(fitted, frame, done)
    predictions = predict_rows(fitted, frame, options.candidate)
    told = pa.Table.from_pandas(predictions, preserve_index=False).replace_schema_metadata(None)
    kept = dict(_kept(batch, {ROW, *told.column_names})) if options.keep_columns else {}
    number = pa.array(range(done + 1, done + batch.num_rows + 1), type=pa.int64())
    columns = {ROW: number, **kept, **dict(zip(told.column_names, told.columns, strict=True))}
    return pa.table(columns)


def _check_rows(fitted: FittedTable, frame: pd.DataFrame, done: int) -> None:
    try:
        check_columns(fitted, frame)
    except WrongColumnsError as error:
        raise WrongColumnsError(
            [one if one.row is None else replace(one, row=one.row + done) for one in error.problems]
        ) from error


def _kept(batch: pa.Table, taken: Collection[str]) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """The columns of the file, under a name of their own where it is one of ours."""
    names = {*taken, *batch.column_names}
    for name, column in zip(batch.column_names, batch.columns, strict=True):
        own = name
        if name in taken:
            while own in names:
                own = _PREFIX + own
        yield own, column


def _as_before(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """In the types of the first rows: bytes that happen to be text stay bytes."""
    return table if table.schema == schema else table.cast(schema)
