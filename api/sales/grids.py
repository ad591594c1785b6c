"""Rows of cells below a line of names, of CSV or of a workbook, as a sales file."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from api.sales.columns import REQUIRED, fields_of
from api.sales.headers import Header, Row, names_in
from api.sales.tables import RaggedRowError, RawBatch, SalesFile, check_names, rows_at_once
from api.sales.wide import NAMES, melted, wide_of

_EMPTY = ("", None)


def sales_file(header: Header, below: Iterable[Row], *, sheet: str | None = None) -> SalesFile:
    """What stands below the header, but for the same names again, as above each page of a report;
    columns without a name are left out.
    """
    check_names(header.names, is_wide=header.is_wide)
    wide = wide_of(header.names) if header.is_wide else None
    fewest = _fewest_cells(header.names) if wide is None else 1
    rows = (row for row in below if not _repeats(row, header.names))
    batches = _batches(header.names, rows, sheet, fewest)
    return SalesFile(
        tuple(filter(None, header.names)) if wide is None else NAMES,
        batches if wide is None else melted(batches, wide),
        wide=wide,
        has_unnamed="" in header.names,
        has_lines_above=header.is_below_others,
    )


def _batches(
    names: Sequence[str], below: Iterable[Row], sheet: str | None, fewest: int
) -> Iterator[RawBatch]:
    rows = iter(below)
    while piece := list(islice(rows, rows_at_once(len(names)))):
        columns = zip(*(_fitted(row, len(names), fewest) for row in piece), strict=True)
        named: dict[str, Sequence[object]] = dict(zip(names, columns, strict=True))
        named.pop("", None)
        yield RawBatch([row.number for row in piece], named, sheet)


def _repeats(row: Row, names: Sequence[str]) -> bool:
    first = row.cells[0]
    if isinstance(first, str) and first.strip().lower() == names[0].lower():
        return list(map(str.lower, names_in(row))) == list(map(str.lower, names))
    return False


def _fewest_cells(names: Sequence[str]) -> int:
    """How many cells a row has at least, so that none of the required ones is missing."""
    required = {name for name, field in fields_of(names).items() if field in REQUIRED}
    return max((place for place, name in enumerate(names, start=1) if name in required), default=1)


def _fitted(row: Row, width: int, fewest: int) -> Sequence[object]:
    """As many cells as there are names: spreadsheets write empty ones behind the last column, or
    leave out those at the end of a row.
    """
    cells = row.cells
    if len(cells) == width:
        return cells
    if len(cells) < width and _may_end_early(cells, fewest):
        return [*cells, *[""] * (width - len(cells))]
    if len(cells) > width and all(cell in _EMPTY for cell in cells[width:]):
        return cells[:width]
    message = f"the row has {len(cells)} cells, but the header names {width} columns"
    raise RaggedRowError(row.number, message)


def _may_end_early(cells: Sequence[object], fewest: int) -> bool:
    """Whether it has what is required, or is a line of words, and no open quotes took in others."""
    is_line = sum(cell not in _EMPTY for cell in cells) == 1
    return (is_line or len(cells) >= fewest) and "\n" not in str(cells[-1])
