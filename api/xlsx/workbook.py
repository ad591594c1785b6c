"""A workbook and the rows of its sheets."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

from api.xlsx.archive import open_archive, read, read_in_pieces
from api.xlsx.errors import WorkbookError
from api.xlsx.parts import Outline, Relations, Styles
from api.xlsx.rows import Meaning, Row, RowHandler
from api.xlsx.texts import SharedTexts, Texts

_OUTLINE = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001  # a wall clock has no zone
_FIRST_DAY_OF_1904 = datetime(1904, 1, 1)  # noqa: DTZ001


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    part: str


@contextmanager
def open_xlsx(path: Path) -> Iterator["Workbook"]:
    """Raises `WorkbookError`, also while rows are read."""
    with open_archive(path) as archive:
        if _OUTLINE not in archive.namelist():
            raise WorkbookError("it is an archive, but not one of Excel (.xlsx)")
        yield Workbook(archive)


class Workbook:
    """`sheets` are those that a reader sees, in their order."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        relations, outline, styles = Relations(), Outline(), Styles()
        texts = Texts()
        shared = SharedTexts(texts)
        read(archive, _RELATIONS, relations)
        read(archive, _OUTLINE, outline)
        if part := relations.part("styles"):
            read(archive, part, styles)
        if part := relations.part("sharedStrings"):
            read(archive, part, shared)
        first_day = _FIRST_DAY_OF_1904 if outline.counts_from_1904 else _FIRST_DAY
        self._meaning = Meaning(texts, shared.all, styles.of_dates(), first_day)
        parts = relations.parts("worksheet")
        self.sheets = tuple(Sheet(name, parts[key]) for name, key in outline.sheets if key in parts)

    def rows(self, sheet: Sheet) -> Iterator[Row]:
        """Those that hold something, from the top."""
        handler = RowHandler(self._meaning)
        for _ in read_in_pieces(self._archive, sheet.part, handler):
            yield from handler.taken()
