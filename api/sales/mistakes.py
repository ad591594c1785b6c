"""What is wrong in the cells of a sales file."""

from typing import Any

from api.errors import InvalidRequestError
from api.sales.tables import Place

_MOST_TOLD = 100
_SHOWN_CHARACTERS = 100


class Mistakes:
    """Counts them all, and keeps the first that were noted."""

    def __init__(self) -> None:
        self._told: list[dict[str, Any]] = []
        self._total = 0
        self._last: tuple[Place, str | None] | None = None

    def __bool__(self) -> bool:
        return self._total > 0

    def note(self, place: Place, column: str | None, cell: object, message: str) -> None:
        if self._last == (place, column):
            return  # what a row of a wide table begins with, once more
        self._last = place, column
        self._total += 1
        if len(self._told) < _MOST_TOLD:
            value = None if cell is None else str(cell)[:_SHOWN_CHARACTERS]
            sheet = {} if place.sheet is None else {"sheet": place.sheet}
            told = {"row": place.row, "column": column, "value": value, "message": message}
            self._told.append({**sheet, **told})

    def refusal(self) -> InvalidRequestError:
        """Of the file, with what is wrong row by row; sheets are read one after the other."""
        sheets = list(dict.fromkeys(one.get("sheet") for one in self._told))
        told = sorted(self._told, key=lambda one: (sheets.index(one.get("sheet")), one["row"]))
        first = told[0]
        counted = "1 cell is" if self._total == 1 else f"{self._total:,} cells are"
        sheet = f"sheet “{first['sheet']}”, " if "sheet" in first else ""
        column = f", column {first['column']}" if first["column"] else ""
        return InvalidRequestError(
            f"{counted} not accepted, and nothing was imported."
            f" The first is {sheet}row {first['row']}{column}: {first['message']}",
            errors=told,
            errors_total=self._total,
        )
