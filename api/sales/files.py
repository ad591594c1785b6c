"""Sales files as batches of named columns, read piece by piece.

CSV by the standard library, Parquet by pyarrow. Nothing is interpreted beyond the format itself.
"""

import csv
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from api.errors import InvalidRequestError

_ROWS = 20_000
_MOST_COLUMNS = 200
_MOST_ROWS = 100_000_000
_LONGEST_CELL = 4096
_LONGEST_LINE = 1 << 20
_DELIMITERS = ",;\t|"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SAVE_AS_CSV = "save it as “CSV UTF-8” and send that file"
_OTHER_KINDS = {
    b"PK\x03\x04": f"The file is an Excel workbook (or an archive) and not CSV: {_SAVE_AS_CSV}",
    b"\xd0\xcf\x11\xe0": f"The file is an old Excel workbook and not CSV: {_SAVE_AS_CSV}",
    b"PAR1": "The file is a Parquet file and not CSV: let its name end in .parquet",
}


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Cells by column; `rows` has the number of each row in the file, the first data row is 1."""

    rows: Sequence[int]
    columns: dict[str, Sequence[object]]


@dataclass(frozen=True, slots=True)
class SalesFile:
    """`left_out` are columns whose type no import can use; those without a name are not read."""

    names: tuple[str, ...]
    batches: Iterator[RawBatch]
    has_decimal_comma: bool = False
    left_out: tuple[str, ...] = ()
    has_unnamed: bool = False


class RaggedRowError(InvalidRequestError):
    """A row of a CSV file has more or fewer cells than the header."""


@contextmanager
def open_sales(path: Path, *, is_csv: bool) -> Iterator[SalesFile]:
    """A file to be read once, from its beginning."""
    if not is_csv:
        yield _open_parquet(path)
        return
    try:
        with path.open(encoding=_encoding(path), newline="") as file:
            yield _open_csv(file)
    except UnicodeDecodeError as error:
        raise InvalidRequestError(
            "The file is not UTF-8 text; save it as CSV UTF-8"
            f" (the byte {error.object[error.start]:#04x} begins no character)"
        ) from error


def _encoding(path: Path) -> str:
    """UTF-8, or what Excel calls Unicode text."""
    with path.open("rb") as file:
        begin = file.read(4)
    if begin in _OTHER_KINDS:
        raise InvalidRequestError(_OTHER_KINDS[begin])
    return "utf-16" if begin.startswith(_UTF_16) else "utf-8-sig"


def _open_csv(file: TextIO) -> SalesFile:
    """A delimited text whose first line names the columns, but for one in which Excel says how
    columns are parted.
    """
    first = _next_line(file)
    if first.lower().startswith("sep="):
        first = _next_line(file)
    delimiter = max(_DELIMITERS, key=first.count)
    header = _header(first, delimiter)
    _check_names(header)
    batches = _csv_batches(csv.reader(file, delimiter=delimiter), header)
    return SalesFile(
        tuple(filter(None, header)),
        batches,
        has_decimal_comma=delimiter == ";",
        has_unnamed="" in header,
    )


def _next_line(file: TextIO) -> str:
    """The next one that is not blank; nothing at the end of the file."""
    lines = iter(lambda: file.readline(_LONGEST_LINE), "")
    return next((line for line in lines if line.strip()), "")


def _header(line: str, delimiter: str) -> list[str]:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error as error:
        raise InvalidRequestError(f"The first line must name the columns: {error}") from error
    return [name.strip().lower() for name in cells]


def _open_parquet(path: Path) -> SalesFile:
    try:
        # Repeated texts stay one text each, so that a small file cannot grow without bound.
        schema = pq.read_schema(path)
        texts = [field.name for field in schema if _is_text(field.type)]
        file = pq.ParquetFile(path, read_dictionary=texts)
    except (pa.ArrowException, OSError) as error:
        raise InvalidRequestError(f"The file is not a readable Parquet file: {error}") from error
    _check_names([name.strip().lower() for name in schema.names])
    if file.metadata.num_rows > _MOST_ROWS:
        raise InvalidRequestError(f"The file has more than {_MOST_ROWS:,} rows")
    used = [field.name for field in schema if _is_usable(field.type)]
    return SalesFile(
        tuple(name.strip().lower() for name in used),
        _parquet_batches(file, used),
        left_out=tuple(name for name in schema.names if name not in used),
    )


def _check_names(names: Sequence[str]) -> None:
    if not any(names):
        raise InvalidRequestError("The file is empty: its first line must name the columns")
    if len(names) > _MOST_COLUMNS:
        raise InvalidRequestError(
            f"The file has {len(names):,} columns; at most {_MOST_COLUMNS} are read"
        )
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise InvalidRequestError(
            f"The file has these columns more than once: {', '.join(map(repr, twice))}"
        )


def _csv_batches(reader: Iterator[list[str]], header: Sequence[str]) -> Iterator[RawBatch]:
    numbered = ((number, cells) for number, cells in enumerate(reader, start=1) if any(cells))
    try:
        while piece := list(itertools.islice(numbered, _ROWS)):
            for number, cells in piece:
                _check_length(number, cells, header)
            columns = zip(*(cells for _, cells in piece), strict=True)
            named: dict[str, Sequence[object]] = dict(zip(header, columns, strict=True))
            named.pop("", None)
            yield RawBatch([number for number, _ in piece], named)
    except csv.Error as error:
        raise InvalidRequestError(f"The file is not readable as CSV: {error}") from error


def _check_length(number: int, cells: Sequence[str], header: Sequence[str]) -> None:
    if len(cells) != len(header):
        message = f"the row has {len(cells)} cells, but the header names {len(header)} columns"
        raise RaggedRowError(
            f"Row {number}: {message}",
            errors=[{"row": number, "column": None, "value": None, "message": message}],
            errors_total=1,
        )


def _parquet_batches(file: pq.ParquetFile, names: Sequence[str]) -> Iterator[RawBatch]:
    first = 1
    try:
        for batch in file.iter_batches(batch_size=_ROWS, columns=list(names), use_threads=False):
            columns: dict[str, Sequence[object]] = {
                name.strip().lower(): _cells(name, column)
                for name, column in zip(batch.schema.names, batch.columns, strict=True)
            }
            yield RawBatch(range(first, first + batch.num_rows), columns)
            first += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        raise InvalidRequestError(f"The Parquet file is damaged: {error}") from error


def _cells(name: str, column: pa.Array) -> list[object]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        longest = pc.max(pc.binary_length(column.dictionary)).as_py() or 0
        if longest > _LONGEST_CELL:
            raise InvalidRequestError(
                f"The column {name!r} has a text of {longest:,} bytes; at most {_LONGEST_CELL:,}"
            )
        texts = column.dictionary.to_pylist()
        return [None if index is None else texts[index] for index in column.indices.to_pylist()]
    if pa.types.is_timestamp(kind):
        # Of nanoseconds pyarrow makes pandas objects, and imports it.
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    cells: list[object] = column.to_pylist()
    return cells


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_usable(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    checks = (
        _is_text,
        pa.types.is_boolean,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
        pa.types.is_date,
        pa.types.is_timestamp,
    )
    return any(check(kind) for check in checks)
