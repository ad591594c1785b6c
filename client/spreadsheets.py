"""Tables as files that spreadsheets open: the same that the page saves."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

_FORMULA_STARTS = tuple("=+-@\t\r")
_DIGITS = 3


def write_spreadsheet(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """As CSV that begins so that Excel reads it as UTF-8."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows([_cell(value) for value in row] for row in rows)


def day_format(moments: Iterable[datetime]) -> str:
    """Days, or where rows are finer than days, days with a time."""
    is_daily = all((one.hour, one.minute) == (0, 0) for one in moments)
    return "%Y-%m-%d" if is_daily else "%Y-%m-%d %H:%M"


def _cell(value: object) -> object:
    """Text that a spreadsheet would run is marked as text; digits that mean nothing go."""
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
