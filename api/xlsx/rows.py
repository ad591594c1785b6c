"""The rows of a sheet."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.xlsx.errors import WorkbookError
from api.xlsx.texts import TextHandler, Texts

_MOST_COLUMNS = 2_000
_LETTERS = 26
_SECONDS_PER_DAY = 86_400
_PLACE = re.compile(r"([A-Z]{1,3})\d+")

Row = tuple[int, list[object]]
"""Its number, and its cells up to the last one that holds something."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the whole workbook tells of the values in its cells.

    `dates` are the styles of moments, which count days from `first_day`.
    """

    texts: Texts
    shared: Sequence[str]
    dates: frozenset[str]
    first_day: datetime


class RowHandler(TextHandler):
    """A cell is a text, a number, a truth value, a moment or None."""

    def __init__(self, meaning: Meaning) -> None:
        super().__init__()
        self._meaning = meaning
        self._ended: list[Row] = []
        self._number = 0
        self._place = -1
        self._cells: list[object] = []
        self._kind = "n"
        self._style = "0"
        self._value: list[str] = []
        self._formula: list[str] = []

    def taken(self) -> list[Row]:
        """The rows that hold something and have ended since the last time."""
        taken, self._ended = self._ended, []
        return taken

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._place = _place(attributes["r"]) if "r" in attributes else self._place + 1
            self._kind = attributes.get("t", "n")
            self._style = attributes.get("s", "0")
            self._value, self._formula = [], []
        elif name in {"v", "t"}:
            self._collect(self._value)
        elif name == "f":
            self._formula = ["="]
            self._collect(self._formula)
        elif name == "row":
            self._number = int(attributes.get("r", self._number + 1))
            self._place = -1
            self._cells = []

    def end(self, name: str) -> None:
        if name in {"v", "t", "f"}:
            self._pieces = None
        elif name == "c":
            cell = self._cell()
            if cell not in (None, ""):
                self._put(cell)
        elif name == "row" and self._cells:
            self._ended.append((self._number, self._cells))

    def _put(self, cell: object) -> None:
        if self._place >= _MOST_COLUMNS:
            raise WorkbookError(f"it has cells beyond the first {_MOST_COLUMNS:,} columns")
        self._cells += [None] * (self._place + 1 - len(self._cells))
        self._cells[self._place] = cell

    def _cell(self) -> object:
        if not self._value:
            # A formula whose result the program that wrote it has not computed is no empty cell.
            return self._meaning.texts.kept(self._formula) if self._formula else None
        if self._kind == "n":
            return self._number_or_moment(float("".join(self._value)))
        if self._kind == "s":
            return self._meaning.shared[int("".join(self._value))]
        if self._kind == "b":
            return self._value == ["1"]
        return self._meaning.texts.kept(self._value)

    def _number_or_moment(self, number: float) -> object:
        if self._style not in self._meaning.dates:
            return int(number) if number.is_integer() else number
        try:
            # Hours are parts of a day, which are no round numbers.
            since = timedelta(seconds=round(number * _SECONDS_PER_DAY))
            return self._meaning.first_day + since
        except (OverflowError, ValueError):
            return number


def _place(reference: str) -> int:
    """The number of a cell's column from 0: that of “AA7” is 26."""
    found = _PLACE.fullmatch(reference)
    if found is None:
        raise WorkbookError(f"{reference[:20]!r} is no place of a cell")
    place = 0
    for letter in found[1]:
        place = _LETTERS * place + ord(letter) - ord("A") + 1
    return place - 1
