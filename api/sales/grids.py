"""Rows of cells below a line of names, of CSV or of a workbook, as a sales file."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from api.sales.headers import Header, Row
from api.sales.tables import RaggedRowError, RawBatch, SalesFile, check_names, rows_at_once
from api.sales.wide import NAMES, melted, wide_of

_EMPTY = ("", None)


def sales_file(header: Header, below: Iterable[Row], *, sheet: str | None = None) -> SalesFile:
    """What stands below the header, without empty rows; columns without a name are left out."""
    check_names(header.names, is_wide=header.is_wide)
    wide = wide_of(header.names) if header.is_wide else None
    batches = _batches(header.names, below, sheet)
    return SalesFile(
        tuple(filter(None, header.names)) if wide is None else NAMES,
        batches if wide is None else melted(batches, wide),
        wide=wide,
        has_unnamed="" in header.names,
        has_lines_above=header.is_below_others,
    )


def _batches(names: Sequence[str], below: Iterable[Row], sheet: str | None) -> Iterator[RawBatch]:
    rows = iter(below)
    while piece := list(islice(rows, rows_at_once(len(names)))):
        columns = zip(*(_fitted(row, names) for row in piece), strict=True)
        named: dict[str, Sequence[object]] = dict(zip(names, columns, strict=True))
        named.pop("", None)
        yield RawBatch([row.number for row in piece], named, sheet)


def _fitted(row: Row, names: Sequence[str]) -> Sequence[object]:
    """As many cells as there are names; spreadsheets leave empty ones behind the last column."""
    if len(row.cells) == len(names):
        return row.cells
    if len(row.cells) < len(names) or any(cell not in _EMPTY for cell in row.cells[len(names) :]):
        message = f"the row has {len(row.cells)} cells, but the header names {len(names)} columns"
        raise RaggedRowError(row.number, message)
    return row.cells[: len(names)]
