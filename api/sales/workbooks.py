"""Sales as a workbook of Excel or LibreOffice: the one sheet of it that holds sales.

A sheet is held in memory, and what a hostile one takes of it ends the process: see
`api.chores.memory`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import dropwhile, islice
from pathlib import Path

import structlog
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from api.errors import InvalidRequestError
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

log = structlog.get_logger(__name__)

_EMPTY = ""
_DAMAGED = (
    "The workbook cannot be read: it is damaged, has a password, or is none of Excel or LibreOffice"
)
# What Rust raises where a damaged file leads it astray: no `Exception`, and known by name only.
_PANIC = "PanicException"
_VISIBLE = SheetVisibleEnum.Visible


@contextmanager
def open_workbook(path: Path) -> Iterator[SalesFile]:
    """Raises `InvalidRequestError` for a file that is damaged, locked or empty."""
    try:
        with path.open("rb") as content:
            file = _read(CalamineWorkbook.from_filelike(content))
    except CalamineError as error:
        raise InvalidRequestError(f"{_DAMAGED} ({error})") from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        log.warning("the reader of workbooks panicked", exc_info=True)
        raise InvalidRequestError(_DAMAGED) from error
    yield file


def _read(workbook: CalamineWorkbook) -> SalesFile:
    visible = [one.name for one in workbook.sheets_metadata if one.visible == _VISIBLE]
    name, header = _sheet_of_sales({name: _head(workbook, name) for name in visible})
    rows = _rows(workbook.get_sheet_by_name(name))
    below = dropwhile(lambda row: row.number <= header.row, rows)
    remark = f"Of the workbook, only the sheet “{name}” was read"
    return replace(
        sales_file(header, below),
        has_typed_cells=True,
        remarks=(remark,) if len(visible) > 1 else (),
    )


def _sheet_of_sales(heads: dict[str, list[Row]]) -> tuple[str, Header]:
    """The only one that names the columns of sales, else the first one that holds anything."""
    for find in (required_header, wide_header):
        found = {name: header for name, head in heads.items() if (header := find(head))}
        if len(found) > 1:
            named = ", ".join(f"“{name}”" for name in found)
            raise InvalidRequestError(
                f"Several sheets of the workbook hold sales: {named}. Put their rows below each"
                " other in one sheet, or save each sheet as a workbook of its own"
            )
        if found:
            return next(iter(found.items()))
    for name, head in heads.items():
        if head:
            return name, first_header(head)
    raise InvalidRequestError("The workbook is empty")


def _head(workbook: CalamineWorkbook, name: str) -> list[Row]:
    return list(islice(_rows(workbook.get_sheet_by_name(name)), MOST_LINES_ABOVE))


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    """Those that hold something, from the top, all of the same width."""
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if any(cell != _EMPTY for cell in cells):
            yield Row(number, [_plain(cell) for cell in cells])


def _plain(cell: object) -> object:
    """Workbooks keep every number as a float, and what is no value (#N/A) as nothing."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return None if cell == _EMPTY else cell
