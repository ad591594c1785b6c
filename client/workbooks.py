"""A workbook of Excel with one sheet (Office Open XML, ECMA-376)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from itertools import chain
from pathlib import Path
from re import compile as pattern
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from client.errors import InvalidInputError

_MOST_ROWS = 1_048_576
_BEFORE_DAY_1 = datetime(1899, 12, 30)  # noqa: DTZ001 -- a wall clock has no zone
_DAY_S = 86_400
_DAY, _MOMENT = 1, 2
"""Places in `cellXfs` below; 14 and 22 are dates of the reader's country."""
_NO_XML = pattern("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-"
_SHEET_TYPES = f"{_TYPES}officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="{_TYPES}package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPES}.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    f' ContentType="{_SHEET_TYPES}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET_TYPES}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="Forecast" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts><font/></fonts>'
    '<fills><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    "<borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>"
    '<cellXfs><xf/><xf numFmtId="14" applyNumberFormat="1"/>'
    '<xf numFmtId="22" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


def are_days(moments: Iterable[datetime]) -> bool:
    """Whether none of them has a time of the day."""
    return all(one.time() == time.min for one in moments)


def write_workbook(path: Path, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """The names of the columns stay in sight. Raises `InvalidInputError` for more rows than Excel
    opens.
    """
    if len(rows) >= _MOST_ROWS:
        detail = "These are more rows than Excel can open: name a file that ends in .csv"
        raise InvalidInputError(413, {"detail": detail})
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, xml in _PARTS.items():
            archive.writestr(name, _HEAD + xml)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.writelines(piece.encode() for piece in _sheet(head, rows))


def _sheet(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    moments = [cell for row in rows for cell in row if isinstance(cell, datetime)]
    style = _DAY if are_days(moments) else _MOMENT
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
        f'</sheetViews><cols><col min="1" max="{max(1, len(head))}" width="16"'
        ' customWidth="1"/></cols><sheetData>'
    )
    for cells in chain([head], rows):
        yield f"<row>{''.join(_cell(one, style) for one in cells)}</row>"
    yield "</sheetData></worksheet>"


def _cell(value: object, style: int) -> str:
    if isinstance(value, bool):
        return f'<c t="b"><v>{value:d}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    if isinstance(value, datetime):
        return f'<c s="{style}"><v>{(value - _BEFORE_DAY_1).total_seconds() / _DAY_S}</v></c>'
    text = escape(_NO_XML.sub(" ", "" if value is None else str(value)))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>' if text else "<c/>"
