"""Sales files as batches of named columns, read piece by piece.

CSV by the standard library, Parquet by pyarrow. Nothing is interpreted beyond the format itself,
but for which line of a CSV file names its columns.
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
from api.sales.columns import fields_of, missing

_ROWS = 20_000
_MOST_COLUMNS = 200
_MOST_LINES_ABOVE = 30
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
    """Cells by column. `rows` has the number of each row: of CSV as a spreadsheet counts it, of
    Parquet from 1.
    """

    rows: Sequence[int]
    columns: dict[str, Sequence[object]]


@dataclass(frozen=True, slots=True)
class SalesFile:
    """`left_out` are columns whose type no import can use; those without a name are not read, nor
    are lines above the names.
    """

    names: tuple[str, ...]
    batches: Iterator[RawBatch]
    has_decimal_comma: bool = False
    left_out: tuple[str, ...] = ()
    has_unnamed: bool = False
    has_lines_above: bool = False


@dataclass(frozen=True, slots=True)
class _Header:
    """The names of the columns, the row in which they stand, and whether others stand above it."""

    names: list[str]
    delimiter: str
    row: int
    is_below_others: bool


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
    header = _find_header(file)
    _check_names(header.names)
    batches = _csv_batches(csv.reader(file, delimiter=header.delimiter), header)
    return SalesFile(
        tuple(filter(None, header.names)),
        batches,
        has_decimal_comma=header.delimiter == ";",
        has_unnamed="" in header.names,
        has_lines_above=header.is_below_others,
    )


def _find_header(file: TextIO) -> _Header:
    """The first line that names the required columns, else the first line there is.

    Reports have titles above it, and Excel a line that says how columns are parted.
    """
    first: _Header | None = None
    row = 0
    for line in itertools.islice(_lines(file), _MOST_LINES_ABOVE):
        if first is None and line.lower().startswith("sep="):
            continue  # a spreadsheet does not count it either
        row += 1
        if not line.strip():
            continue
        header = _header(line, row, is_below_others=first is not None)
        if not missing(fields_of(header.names).values()):
            return header
        first = first or header
    return first or _Header([], ",", 1, is_below_others=False)


def _lines(file: TextIO) -> Iterator[str]:
    return iter(lambda: file.readline(_LONGEST_LINE), "")


def _header(line: str, row: int, *, is_below_others: bool) -> _Header:
    delimiter = max(_DELIMITERS, key=line.count)
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error as error:
        raise InvalidRequestError(f"The first line must name the columns: {error}") from error
    return _Header([name.strip().lower() for name in cells], delimiter, row, is_below_others)


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


def _csv_batches(reader: Iterator[list[str]], header: _Header) -> Iterator[RawBatch]:
    below = enumerate(reader, start=header.row + 1)
    numbered = ((row, cells) for row, cells in below if any(cells))
    try:
        while piece := list(itertools.islice(numbered, _ROWS)):
            columns = zip(*(_fitted(row, cells, header.names) for row, cells in piece), strict=True)
            named: dict[str, Sequence[object]] = dict(zip(header.names, columns, strict=True))
            named.pop("", None)
            yield RawBatch([row for row, _ in piece], named)
    except csv.Error as error:
        raise InvalidRequestError(f"The file is not readable as CSV: {error}") from error


def _fitted(row: int, cells: list[str], names: Sequence[str]) -> list[str]:
    """As many cells as there are names; spreadsheets leave empty ones behind the last column."""
    if len(cells) > len(names) and not any(cells[len(names) :]):
        return cells[: len(names)]
    if len(cells) != len(names):
        message = f"the row has {len(cells)} cells, but the header names {len(names)} columns"
        raise RaggedRowError(
            f"Row {row}: {message}",
            errors=[{"row": row, "column": None, "value": None, "message": message}],
            errors_total=1,
        )
    return cells


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
