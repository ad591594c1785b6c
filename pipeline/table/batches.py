"""The rows of a file a few at a time, so that a file of any length takes little memory."""

from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Protocol

import pandas as pd
import pyarrow as pa

from pipeline.errors import InsufficientDataError, InvalidDataError
from pipeline.table.csv_width import HEAD_BYTES, check_width
from pipeline.table.load import check_names, data_columns, open_table, plain_batches
from pipeline.table.size import check_bytes, check_shape
from pipeline.table.spec import TableLimits

_PARQUET_MAGIC = b"PAR1"
_CSV_CELLS = 1_000_000
_CSV_ROWS = 20_000
_HEAD_BYTES = 1 << 20


class RowFile(Protocol):
    """Rows that are read in batches of plain columns.

    ``rows`` is their number, None where nobody knows before the end; ``share_read`` is how much of
    the file was read, from 0 to 1.
    """

    columns: list[str]
    rows: int | None

    @property
    def share_read(self) -> float: ...

    def batches(self, names: Collection[str]) -> Generator[pa.Table]:
        """Of these columns, in the order of the file."""


def open_rows(source: BinaryIO, limits: TableLimits) -> RowFile:
    """A Parquet file, or else a CSV file.

    Raises
    ------
    InvalidDataError, InsufficientDataError, ResourceLimitError
        If it is neither, is damaged, has no rows or more columns than ``limits`` accepts.
    """
    source.seek(0)
    if source.read(len(_PARQUET_MAGIC)) == _PARQUET_MAGIC:
        return ParquetRows(source, limits)
    return CsvRows(source, limits)


class ParquetRows:
    def __init__(self, source: BinaryIO, limits: TableLimits) -> None:
        self._file = open_table(source, limits)
        self._limits = limits
        self._read = 0
        self.columns = data_columns(self._file.schema_arrow)
        self.rows: int | None = self._file.metadata.num_rows

    @property
    def share_read(self) -> float:
        return self._read / max(1, self.rows or 0)

    def batches(self, names: Collection[str]) -> Generator[pa.Table]:
        wanted = [name for name in self.columns if name in names]
        for table in plain_batches(self._file, wanted, self._limits):
            self._read += table.num_rows
            yield table


class CsvRows:
    """Every value is text: the model reads it as it reads text in any other form."""

    def __init__(self, source: BinaryIO, limits: TableLimits) -> None:
        self._source = source
        self._limits = limits
        self._size = source.seek(0, 2)
        self._separator = _separator(source)
        self.columns = self._header()
        self.rows: int | None = None

    @property
    def share_read(self) -> float:
        return min(1.0, self._source.tell() / max(1, self._size))

    def batches(self, names: Collection[str]) -> Generator[pa.Table]:
        wanted = [name for name in self.columns if name in names]
        rows = max(1, min(_CSV_ROWS, _CSV_CELLS // len(self.columns)))
        is_empty = True
        with _trouble_as_invalid_data(), self._open(chunksize=rows) as frames:
            for frame in frames:
                is_empty = is_empty and len(frame) == 0
                check_bytes(int(frame.memory_usage(deep=True).sum()), self._limits)
                yield pa.table({name: _text(frame[name]) for name in wanted})
        if is_empty:
            raise InsufficientDataError("The table has no rows")

    def _header(self) -> list[str]:
        self._source.seek(0)
        check_width(self._source.read(HEAD_BYTES), self._separator, self._limits)
        with _trouble_as_invalid_data():
            columns = [str(name) for name in self._open(nrows=0).columns]
        check_names(columns)
        check_shape(1, len(columns), self._limits)
        return columns

    def _open(self, **options: Any) -> Any:
        self._source.seek(0)
        given = {"sep": self._separator, "dtype": "str", "encoding": "utf-8-sig", **options}
        return pd.read_csv(self._source, **given)


def _text(column: pd.Series) -> pa.Array:
    return pa.array(column, type=pa.large_string(), from_pandas=True)


def _separator(source: BinaryIO) -> str:
    source.seek(0)
    head = source.readline(_HEAD_BYTES)
    return ";" if b";" in head and b"," not in head else ","


@contextmanager
def _trouble_as_invalid_data() -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise InvalidDataError("The CSV is not UTF-8; save it with UTF-8") from error
    except (ValueError, OverflowError) as error:  # pandas' own errors are ValueErrors
        raise InvalidDataError(f"The CSV cannot be read: {error}") from error
