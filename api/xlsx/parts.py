"""What the small parts of a workbook tell: its sheets, where they are, and how numbers look."""

import re
from collections.abc import Mapping
from posixpath import join

from api.xlsx.archive import AttributeHandler

_FORMATS_OF_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NO_PART_OF_A_DATE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_PART_OF_A_DATE = re.compile(r"[dmyhs]", re.IGNORECASE)


class Relations(AttributeHandler):
    """Which part of the archive is what."""

    def __init__(self) -> None:
        self._found: list[tuple[str, str, str]] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes["Type"].rpartition("/")[2]
            part = join("/xl", attributes["Target"]).lstrip("/")
            self._found.append((kind, attributes["Id"], part))

    def parts(self, kind: str) -> dict[str, str]:
        """The parts of a kind by their keys."""
        return {key: part for one, key, part in self._found if one == kind}

    def part(self, kind: str) -> str | None:
        return next(iter(self.parts(kind).values()), None)


class Outline(AttributeHandler):
    """The sheets that a reader sees, with the keys of their parts, and where days begin."""

    def __init__(self) -> None:
        self.counts_from_1904 = False
        self.sheets: list[tuple[str, str]] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "workbookPr":
            self.counts_from_1904 = attributes.get("date1904") in {"1", "true"}
        elif name == "sheet" and attributes.get("state", "visible") == "visible":
            key = next((value for word, value in attributes.items() if word.endswith(":id")), "")
            self.sheets.append((attributes["name"], key))


class Styles(AttributeHandler):
    """The formats of numbers."""

    def __init__(self) -> None:
        self._codes: dict[int, str] = {}
        self._formats: list[int] = []
        self._is_of_cells = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "numFmt":
            self._codes[int(attributes["numFmtId"])] = attributes["formatCode"]
        elif name == "cellXfs":
            self._is_of_cells = True
        elif name == "xf" and self._is_of_cells:
            self._formats.append(int(attributes.get("numFmtId", 0)))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._is_of_cells = False

    def of_dates(self) -> frozenset[str]:
        """The styles of cells whose numbers are moments."""
        return frozenset(
            str(style) for style, one in enumerate(self._formats) if self._is_of_dates(one)
        )

    def _is_of_dates(self, number: int) -> bool:
        if number not in self._codes:
            return number in _FORMATS_OF_DATES
        return bool(_PART_OF_A_DATE.search(_NO_PART_OF_A_DATE.sub("", self._codes[number])))
