"""What every kind of sales file is read as: named columns, in batches of rows."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from api.errors import InvalidRequestError

_ROWS_AT_ONCE = 20_000
_CELLS_AT_ONCE = 400_000
MOST_COLUMNS = 200
_MOST_COLUMNS_IF_WIDE = 2_000
_LONGEST_NAME = 255
LONGEST_CELL = 4096
"""In bytes; of what a file repeats in each row."""


class Place(NamedTuple):
    """A row, and of several sheets the one that it stands in."""

    row: int
    sheet: str | None = None

    def __str__(self) -> str:
        return f"{self.row}" if self.sheet is None else f"“{self.sheet}” {self.row}"


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Cells by column. `rows` has the number of each row: as a spreadsheet counts it, of Parquet
    from 1. `sheet` is told where several are read.
    """

    rows: Sequence[int]
    columns: dict[str, Sequence[object]]
    sheet: str | None = None

    def place(self, index: int) -> Place:
        return Place(self.rows[index], self.sheet)

    def without(self, names: Collection[str]) -> "RawBatch":
        kept = {name: cells for name, cells in self.columns.items() if name not in names}
        return replace(self, columns=kept)


@dataclass(frozen=True, slots=True)
class Wide:
    """A table whose first column holds days and whose others are products, or the other way round.

    All are named as in the file; `left_out` are sums of others, and weekdays.
    """

    first: str
    others: tuple[str, ...]
    left_out: tuple[str, ...]
    has_days_across: bool


@dataclass(frozen=True, slots=True)
class SalesFile:
    """`left_out` are columns whose type no import can use; those without a name are not read, nor
    are lines above the names. The batches of a wide table have a row for each of its cells.
    `remarks` tell how the file was read, where that is worth a look.
    """

    names: tuple[str, ...]
    batches: Iterator[RawBatch]
    wide: Wide | None = None
    has_decimal_comma: bool = False
    has_typed_cells: bool = False
    left_out: tuple[str, ...] = ()
    has_unnamed: bool = False
    has_lines_above: bool = False
    remarks: tuple[str, ...] = ()

    def without(self, names: Collection[str]) -> "SalesFile":
        """The file as if it had not these columns. Raises `InvalidRequestError` for one that it
        has not.
        """
        if unknown := [name for name in names if name not in (*self.names, *self.left_out)]:
            raise InvalidRequestError(
                f"The file has no {quoted(unknown)} that could be left out. It has"
                f" {listed(self.names)}"
            )
        return replace(
            self,
            names=tuple(name for name in self.names if name not in names),
            left_out=tuple(name for name in self.left_out if name not in names),
            batches=(raw.without(names) for raw in self.batches),
        )


class RaggedRowError(InvalidRequestError):
    """A row has more or fewer cells than the header."""

    def __init__(self, row: int, message: str) -> None:
        super().__init__(f"Row {row}: {message}")
        self.row = row
        self.message = message


def rows_at_once(columns: int) -> int:
    """How many rows make a batch, so that it stays small in memory."""
    return max(1, min(_ROWS_AT_ONCE, _CELLS_AT_ONCE // max(1, columns)))


def check_names(names: Sequence[str], *, is_wide: bool) -> None:
    """Raises `InvalidRequestError` for no names, too many, or one that comes twice."""
    if not any(names):
        raise InvalidRequestError("The file is empty: its first line must name the columns")
    most = _MOST_COLUMNS_IF_WIDE if is_wide else MOST_COLUMNS
    if len(names) > most:
        raise InvalidRequestError(f"The file has {len(names):,} columns; at most {most:,} are read")
    odd = next((name for name in names if len(name) > _LONGEST_NAME or "\x00" in name), None)
    if odd is not None:
        raise InvalidRequestError(
            f"The first line does not name columns: one has {len(odd):,} characters, beginning with"
            f" {odd[:20]!r}; send a table as text (CSV), a workbook or Parquet"
        )
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise InvalidRequestError(
            f"The file has these columns more than once: {', '.join(map(repr, twice))}"
        )


def listed(things: Iterable[object], most: int = 20) -> str:
    """The first of them, and how many more there are."""
    named = list(map(str, things))
    others = len(named) - most
    return ", ".join(named[:most]) + (f" and {others:,} more" if others > 0 else "")


def quoted(names: Iterable[str], most: int = 20) -> str:
    return listed((f"“{name}”" for name in names), most)


def counted(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows:,} rows"
