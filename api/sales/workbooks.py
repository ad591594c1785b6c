"""Sales as a workbook of Excel or LibreOffice: those of its sheets that hold sales.

A sheet is held in memory, and what a hostile one takes of it ends the process: see
`api.chores.memory`.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import dropwhile, islice
from pathlib import Path

import structlog
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from api.errors import InvalidRequestError
from api.sales.grids import sales_file
from api.sales.headers import MOST_LINES_ABOVE, Header, Row
from api.sales.sheets import sheets_of_sales, together
from api.sales.tables import SalesFile, quoted

log = structlog.get_logger(__name__)

_EMPTY = ""
_DAMAGED = (
    "The file cannot be read as a workbook: it is damaged, has a password, or is none of Excel or"
    " LibreOffice"
)
# What Rust raises where a damaged file leads it astray: no `Exception`, and known by name only.
_PANIC = "PanicException"
_VISIBLE = SheetVisibleEnum.Visible


@contextmanager
def open_workbook(path: Path) -> Iterator[SalesFile]:
    """Raises `InvalidRequestError` for a file that is damaged, locked or empty, also while its rows
    are read.
    """
    try:
        with path.open("rb") as content:
            yield _read(CalamineWorkbook.from_filelike(content))
    except CalamineError as error:
        raise InvalidRequestError(f"{_DAMAGED} ({error})") from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        log.warning("the reader of workbooks panicked", exc_info=True)
        raise InvalidRequestError(_DAMAGED) from error


def _read(workbook: CalamineWorkbook) -> SalesFile:
    visible = [one.name for one in workbook.sheets_metadata if one.visible == _VISIBLE]
    headers = sheets_of_sales({name: _head(workbook, name) for name in visible})
    is_one_of_several = len(headers) > 1
    parts = [
        _part(workbook, name, header, name if is_one_of_several else None)
        for name, header in headers.items()
    ]
    return replace(
        together(parts),
        has_typed_cells=True,
        remarks=_remarks(list(headers), [name for name in visible if name not in headers]),
    )


def _part(workbook: CalamineWorkbook, name: str, header: Header, sheet: str | None) -> SalesFile:
    below = dropwhile(lambda row: row.number <= header.row, _rows(workbook, name))
    return sales_file(header, below, sheet=sheet)


def _remarks(read: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    if len(read) > 1:
        left_out = f"; not read: {quoted(others)}" if others else ""
        return (f"The sheets {quoted(read)} of the workbook were read together{left_out}",)
    return (f"Of the workbook, only the sheet {quoted(read)} was read",) if others else ()


def _head(workbook: CalamineWorkbook, name: str) -> list[Row]:
    return list(islice(_rows(workbook, name), MOST_LINES_ABOVE))


def _rows(workbook: CalamineWorkbook, name: str) -> Iterator[Row]:
    """Those of a sheet that hold something, from the top, all of the same width.

    The sheet is loaded with the first of them, and let go with the last.
    """
    sheet = workbook.get_sheet_by_name(name)
    ends = _ends_of_merged(sheet)
    merged: dict[int, tuple[str | date, int]] = {}
    for index, cells in enumerate(sheet.iter_rows()):
        is_empty = all(cell == _EMPTY for cell in cells)
        merged = {column: one for column, one in merged.items() if one[1] >= index}
        for column, (text, _) in merged.items():
            cells[column] = text
        for column, end in ends.get(index, ()):
            if isinstance(cell := cells[column], str | date):
                merged[column] = cell, end
        if not is_empty:
            yield Row(index + 1, [_plain(cell) for cell in cells])


def _ends_of_merged(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """By the row in which cells merged into one over several rows begin: column and last row.

    What they hold counts in each of these rows, but for numbers, which may be of all together.
    """
    _, left = sheet.start or (0, 0)
    ends = defaultdict(list)
    for (top, column), (bottom, _) in sheet.merged_cell_ranges or ():
        if bottom > top and left <= column < left + sheet.width:
            ends[top].append((column - left, bottom))
    return ends


def _plain(cell: object) -> object:
    """Workbooks keep every number as a float, and what is no value (#N/A) as nothing."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return None if cell == _EMPTY else cell
