"""Which line of a file names its columns: reports have titles above it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from api.sales.columns import fields_of, missing
from api.sales.wide import DAY, looks_wide

MOST_LINES_ABOVE = 30
_WIDEST = 10_000


class Row(NamedTuple):
    """Cells, and the number of their row."""

    number: int
    cells: Sequence[object]


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns, the row in which they stand, and whether others stand above it.

    Names are in small letters, but of a wide table, where they are products.
    """

    names: list[str]
    row: int
    is_below_others: bool
    is_wide: bool = False


def required_header(head: Sequence[Row]) -> Header | None:
    """The first of the first rows of a file that names all required columns."""
    for place, row in enumerate(head):
        header = first_header(head[place:])
        if not missing(fields_of(header.names).values()):
            return Header(header.names, row.number, is_below_others=place > 0)
    return None


def wide_header(head: Sequence[Row]) -> Header | None:
    """The first of the first rows of a file that names products above days and numbers."""
    for place, row in enumerate(head[:-1]):
        if len(row.cells) > _WIDEST:
            continue
        below = [one.cells for one in head[place + 1 :]]
        start = min(map(_empty_before, below))
        if looks_wide(row.cells[start:], [cells[start:] for cells in below]):
            names = names_in(row)
            names[start] = names[start] or DAY
            return Header(names, row.number, is_below_others=place > 0, is_wide=True)
    return None


def first_header(head: Sequence[Row]) -> Header:
    """What the first row names, whatever that is."""
    if not head:
        return Header([], 1, is_below_others=False)
    names = [name.lower() for name in names_in(head[0])]
    return Header(names, head[0].number, is_below_others=False)


def _empty_before(cells: Sequence[object]) -> int:
    """How many empty cells stand before the first one that holds something."""
    return next((place for place, cell in enumerate(cells) if cell not in ("", None)), len(cells))


def names_in(row: Row) -> list[str]:
    return ["" if cell is None else str(cell).strip() for cell in row.cells]
