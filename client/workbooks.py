"""A workbook of Excel with one sheet."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from itertools import chain
from pathlib import Path

from xlsxwriter import Workbook

from client.errors import InvalidInputError

_MOST_ROWS = 1_048_576
_DAY, _MOMENT = 14, 22
"""Built-in formats of Excel: a date, without and with its time, as the reader's country has it."""
_OPTIONS = {"in_memory": True, "nan_inf_to_errors": True, "remove_timezone": True}


def are_days(moments: Iterable[datetime]) -> bool:
    """Whether none of them has a time of the day."""
    return all(one.time() == time.min for one in moments)


def write_workbook(path: Path, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """The names of the columns stay in sight, and no text is run as a formula. Raises
    `InvalidInputError` for more rows than Excel opens.
    """
    if len(rows) >= _MOST_ROWS:
        detail = "These are more rows than Excel can open: name a file that ends in .csv"
        raise InvalidInputError(413, {"detail": detail})
    moments = (cell for row in rows for cell in row if isinstance(cell, datetime))
    dates = {"num_format": _DAY if are_days(moments) else _MOMENT}
    with Workbook(path, _OPTIONS) as workbook:
        sheet = workbook.add_worksheet("Forecast")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(head), 16)
        style = workbook.add_format(dates)
        for number, row in enumerate(chain([head], rows)):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(number, column, cell, style)
                elif cell is None or isinstance(cell, bool | int | float):
                    sheet.write(number, column, cell)
                else:
                    sheet.write_string(number, column, str(cell))
