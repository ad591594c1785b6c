"""A Parquet file or a frame from anywhere becomes a frame of plain columns, in bounded memory."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import InvalidDataError, ResourceLimitError
from pipeline.table.arrow import (
    expanded_bytes,
    name_columns,
    to_plain,
    unusable_columns,
)
from pipeline.table.footer import check_footer
from pipeline.table.pages import check_pages, check_pages_in_turn
from pipeline.table.size import check_bytes, check_shape, is_text, row_bytes
from pipeline.table.spec import TableLimits

_BATCH_ROWS = 65_536
_BATCH_BYTES = 32 * 1024**2
_LISTED_PER_COLUMN = 50
_INDEX_COLUMN_PREFIX = "__index_level_"


@dataclass(frozen=True, slots=True)
class PlainTable:
    """A frame of plain columns, and which columns were left out because no model can use them."""

    frame: pd.DataFrame
    unusable: Mapping[str, str]


def read_table(source: BinaryIO | pa.NativeFile, limits: TableLimits) -> pd.DataFrame:
    """The frame of :func:`read_plain`."""
    return read_plain(source, limits).frame


def read_plain(source: BinaryIO | pa.NativeFile, limits: TableLimits) -> PlainTable:
    """Read a Parquet file from anyone into a frame of plain columns.

    Parameters
    ----------
    source
        A seekable binary file.
    limits
        The largest table to accept. Its size is checked against the file's own description before
        reading, and against what has been read while reading, because the description may lie.

    Returns
    -------
    PlainTable
        Numbers (decimals and times of day as ``float64``, times in seconds), booleans, ``str``
        text, ``object`` bytes, ``datetime64`` and ``timedelta64`` columns.

    Raises
    ------
    InvalidDataError
        If the file is not Parquet, cut off, damaged, or has duplicate or non-UTF-8 columns, or
        none that can be used.
    InsufficientDataError
        If there are no rows.
    ResourceLimitError
        If there are more rows, columns or bytes than ``limits`` accepts.
    """
    check_footer(source)
    with damage_as_invalid_data():
        description = _open(source, limits, read_dictionary=())
        _check_description(description, limits)
        check_pages(source, limits.max_bytes_in_memory)
        file = _open(source, limits, read_dictionary=_text_columns(description.schema_arrow))
        table = _read_batches(file, limits)
    return PlainTable(to_pandas(table), unusable_columns(description.schema_arrow))


def open_table(source: BinaryIO, limits: TableLimits) -> pq.ParquetFile:
    """A Parquet file from anyone, to be read with :func:`plain_batches`: however many rows it has.

    Raises
    ------
    InvalidDataError, InsufficientDataError, ResourceLimitError
        As :func:`read_table`; only its number of rows and their size do not matter.
    """
    check_footer(source)
    with damage_as_invalid_data():
        file = _open(source, limits, read_dictionary=())
        schema = file.schema_arrow
        check_shape(min(1, file.metadata.num_rows), len(schema.names), limits)
        check_names(schema.names)
        check_pages_in_turn(source, limits.max_bytes_in_memory)
        return _open(source, limits, read_dictionary=_text_columns(schema))


def plain_batches(
    file: pq.ParquetFile, names: Sequence[str], limits: TableLimits
) -> Iterator[pa.Table]:
    """Some rows after the other, of these columns, each in its plain type.

    Raises
    ------
    InvalidDataError
        If the file is damaged or a column is not UTF-8.
    ResourceLimitError
        If a few rows alone take more memory than ``limits`` accepts.
    """
    rows = _rows_per_batch(file)
    with damage_as_invalid_data():
        for batch in file.iter_batches(rows, columns=list(names), use_threads=False):
            check_bytes(sum(expanded_bytes(column) for column in batch.columns), limits)
            columns = {name: _plain_column(name, batch.column(name)) for name in names}
            yield pa.table(columns)


def data_columns(schema: pa.Schema) -> list[str]:
    """The columns of a file that can be used, without those in which pandas keeps an index.

    Raises
    ------
    InvalidDataError
        If there is none.
    """
    unusable = unusable_columns(schema)
    data = [name for name in schema.names if not name.startswith(_INDEX_COLUMN_PREFIX)]
    usable = [name for name in data if name not in unusable]
    if unusable and not usable:
        reasons = "; ".join(f"'{name}' {why}" for name, why in list(unusable.items())[:10])
        raise InvalidDataError(f"No column can be used: {reasons}")
    return usable


def make_plain(frame: pd.DataFrame, limits: TableLimits) -> PlainTable:
    """Bring a frame into the same plain columns, under the same limits, as :func:`read_plain`."""
    frame = frame.set_axis([str(name) for name in frame.columns], axis=1)
    check_names(list(frame.columns))
    check_shape(len(frame), len(frame.columns), limits)
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
    except pa.ArrowException as error:
        raise InvalidDataError(f"A column mixes values of different types: {error}") from error
    unusable, usable = unusable_columns(table.schema), table.select(data_columns(table.schema))
    columns = [pa.chunked_array([to_plain(part) for part in c.chunks]) for c in usable.columns]
    check_bytes(sum(column.nbytes for column in columns), limits)
    return PlainTable(to_pandas(pa.table(columns, names=usable.column_names)), unusable)


def check_names(names: Sequence[str]) -> None:
    """Refuse a table in which two columns have one name."""
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise InvalidDataError(
            f"Duplicate column names: {name_columns(repeated)}. Give every column its own name"
        )


@contextmanager
def damage_as_invalid_data() -> Iterator[None]:
    """Say of a file that Arrow cannot decode that it is damaged; let real I/O errors through."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise InvalidDataError("A column name is not UTF-8; save the file with UTF-8") from error
    except pa.ArrowMemoryError as error:
        raise ResourceLimitError(f"The table does not fit into memory: {error}") from error
    except pa.ArrowException as error:
        raise InvalidDataError(f"The Parquet file is damaged: {error}") from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise InvalidDataError(f"The Parquet file is damaged: {error}") from error


def _open(source: BinaryIO, limits: TableLimits, read_dictionary: Sequence[str]) -> pq.ParquetFile:
    source.seek(0)
    try:
        return pq.ParquetFile(
            source,
            read_dictionary=list(read_dictionary),
            pre_buffer=False,
            thrift_container_size_limit=limits.max_columns * _LISTED_PER_COLUMN,
        )
    except OSError as error:
        if "size limit" not in str(error):
            raise
        raise ResourceLimitError(
            "The header of the Parquet file lists far too many columns; "
            f"accepted: up to {limits.max_columns:,}"
        ) from error


def _check_description(file: pq.ParquetFile, limits: TableLimits) -> None:
    schema, metadata = file.schema_arrow, file.metadata
    check_shape(metadata.num_rows, len(schema.names), limits)
    check_names(schema.names)
    stated = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    check_bytes(max(stated, metadata.num_rows * row_bytes(schema)), limits)


def _text_columns(schema: pa.Schema) -> list[str]:
    """Columns to read as dictionaries: a long text repeated in every row is then held only once
    until its expanded size has been checked."""
    return [field.name for field in schema if is_text(field.type)]


def _read_batches(file: pq.ParquetFile, limits: TableLimits) -> pa.Table:
    names = data_columns(file.schema_arrow)
    columns: dict[str, list[pa.Array]] = {name: [] for name in names}
    used = 0
    for batch in file.iter_batches(_rows_per_batch(file), columns=names, use_threads=False):
        for name, array in zip(names, batch.columns, strict=True):
            used += expanded_bytes(array)
            check_bytes(used, limits)
            columns[name].append(_plain_column(name, array))
    return pa.table({name: _join(parts) for name, parts in columns.items()})


def _rows_per_batch(file: pq.ParquetFile) -> int:
    return max(64, min(_BATCH_ROWS, _BATCH_BYTES // row_bytes(file.schema_arrow)))


def _plain_column(name: str, array: pa.Array) -> pa.Array:
    try:
        return to_plain(array)
    except pa.ArrowInvalid as error:
        if "UTF8" not in str(error):
            raise
        raise InvalidDataError(
            f"Column '{name}' holds text that is not UTF-8; save the file with UTF-8 text"
        ) from error


def _join(parts: list[pa.Array]) -> pa.ChunkedArray:
    """One column from its parts; bytes of which only some parts are text are bytes throughout."""
    if len({part.type for part in parts}) > 1:
        parts = [part.cast(pa.large_binary()) for part in parts]
    return pa.chunked_array(parts)


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """The frame of a table, which is used up: ``self_destruct`` frees each Arrow column once it is
    copied, so no column exists twice."""
    frame: pd.DataFrame = table.to_pandas(
        types_mapper={pa.bool_(): pd.BooleanDtype()}.get, split_blocks=True, self_destruct=True
    )
    return frame
