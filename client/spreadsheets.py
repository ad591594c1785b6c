"""Tables as files that spreadsheets open: the same that the page saves."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from client.workbooks import are_days, write_workbook

WORKBOOK = ".xlsx"
_FORMULA_STARTS = tuple("=+-@\t\r")
_DIGITS = 3


def write_spreadsheet(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """As a workbook where the name ends in .xlsx, else as CSV that begins so that Excel reads it as
    UTF-8. Digits that mean nothing go.
    """
    table = [[_rounded(value) for value in row] for row in rows]
    if path.suffix.lower() == WORKBOOK:
        write_workbook(path, head, table)
        return
    written = _format_of(one for row in table for one in row if isinstance(one, datetime))
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows([_as_text(value, written) for value in row] for row in table)


def _format_of(moments: Iterable[datetime]) -> str:
    """Of days, or where rows are finer than days, of days with a time."""
    return "%Y-%m-%d" if are_days(moments) else "%Y-%m-%d %H:%M"


def _rounded(value: object) -> object:
    return round(value, _DIGITS) if isinstance(value, float) else value


def _as_text(value: object, written: str) -> object:
    """Text that a spreadsheet would run is marked as text."""
    if isinstance(value, datetime):
        return value.strftime(written)
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
