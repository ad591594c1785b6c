"""Sales as an Excel workbook: the one sheet of it that holds sales."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import dropwhile, islice
from pathlib import Path

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
from api.xlsx.errors import WorkbookError
from api.xlsx.workbook import Sheet, Workbook, open_xlsx


@contextmanager
def open_workbook(path: Path) -> Iterator[SalesFile]:
    try:
        with open_xlsx(path) as workbook:
            yield _read(workbook)
    except WorkbookError as error:
        raise InvalidRequestError(f"The workbook cannot be read: {error}") from error


def _read(workbook: Workbook) -> SalesFile:
    sheet, header = _sheet_of_sales(workbook)
    below = dropwhile(lambda row: row[0] <= header.row, workbook.rows(sheet))
    width = len(header.names)
    rows = (Row(number, _padded(cells, width)) for number, cells in below)
    others = [one.name for one in workbook.sheets if one != sheet]
    remark = f"Of the workbook, only the sheet “{sheet.name}” was read"
    return replace(
        sales_file(header, rows), has_typed_cells=True, remarks=(remark,) if others else ()
    )


def _sheet_of_sales(workbook: Workbook) -> tuple[Sheet, Header]:
    """The only one that names the columns of sales, else the first one that holds anything."""
    heads = {sheet: head for sheet in workbook.sheets if (head := _head(workbook, sheet))}
    for find in (required_header, wide_header):
        found = {sheet: header for sheet, head in heads.items() if (header := find(head))}
        if len(found) > 1:
            named = ", ".join(f"“{sheet.name}”" for sheet in found)
            raise InvalidRequestError(
                f"Several sheets of the workbook hold sales: {named}. Put their rows below each"
                " other in one sheet, or save each sheet as a workbook of its own"
            )
        if found:
            return next(iter(found.items()))
    if not heads:
        raise WorkbookError("it is empty")
    sheet, head = next(iter(heads.items()))
    return sheet, first_header(head)


def _head(workbook: Workbook, sheet: Sheet) -> list[Row]:
    """The first rows, as wide as the widest of them."""
    rows = list(islice(workbook.rows(sheet), MOST_LINES_ABOVE))
    width = max((len(cells) for _, cells in rows), default=0)
    return [Row(number, _padded(cells, width)) for number, cells in rows]


def _padded(cells: list[object], width: int) -> list[object]:
    return cells + [None] * (width - len(cells))
