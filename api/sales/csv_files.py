"""Sales as CSV, by the standard library."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import chain, count, islice
from pathlib import Path
from typing import TextIO

from api.errors import InvalidRequestError
from api.sales.encodings import encoding_of
from api.sales.grids import sales_file
from api.sales.headers import (
    MOST_LINES_ABOVE,
    Header,
    Row,
    first_header,
    required_header,
    wide_header,
)
from api.sales.tables import SalesFile

_LONGEST_LINE = 1 << 20
_DELIMITERS = ",;\t|"


@contextmanager
def open_csv(path: Path) -> Iterator[SalesFile]:
    encoding = encoding_of(path)
    with path.open(encoding=encoding.name, newline="") as file:
        table = _read(file)
        yield replace(table, remarks=encoding.remarks)


def _read(file: TextIO) -> SalesFile:
    head = list(islice(_lines(file), MOST_LINES_ABOVE))
    begin = next((place for place, line in enumerate(head) if line.strip()), 0)
    if head and head[begin].lower().startswith("sep="):
        del head[
            begin
        ]  # Excel's line that says how columns are parted; it does not count it either
    header, delimiter = _find_header(head)
    rows = _numbered(csv.reader(chain(head, file), delimiter=delimiter))
    below = islice(rows, header.row, None)
    return replace(
        sales_file(header, (row for row in below if any(row.cells))),
        has_decimal_comma=delimiter == ";",
    )


def _lines(file: TextIO) -> Iterator[str]:
    return iter(lambda: file.readline(_LONGEST_LINE), "")


def _find_header(head: Sequence[str]) -> tuple[Header, str]:
    """The line that names the columns, and how they are parted; else the first line there is."""
    text = "".join(head)
    delimiters = sorted(_DELIMITERS, key=text.count, reverse=True)
    for find in (required_header, wide_header):
        for delimiter in delimiters:
            if header := find(_rows(head, delimiter)):
                return header, delimiter
    return first_header(_rows(head, delimiters[0])), delimiters[0]


def _rows(head: Sequence[str], delimiter: str) -> list[Row]:
    """Those before one that cannot be read, of which there must be one."""
    rows = _numbered(csv.reader(head, delimiter=delimiter))
    try:
        first = next(rows, None)
    except InvalidRequestError as error:
        told = f"The first line must name the columns: {error.__cause__}"
        raise InvalidRequestError(told) from error
    found = [first] if first else []
    with suppress(InvalidRequestError):
        found.extend(rows)
    return [row for row in found if any(row.cells)]


def _numbered(reader: Iterable[list[str]]) -> Iterator[Row]:
    try:
        yield from map(Row, count(1), reader)
    except csv.Error as error:
        raise InvalidRequestError(f"The file is not readable as CSV: {error}") from error
