"""Small workbooks, written as Excel and LibreOffice write them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from api.sales.media_types import ODS

DATA = Path(__file__).with_name("data")
DATE, MONEY = 1, 2
"""Styles: a date by the number of its format, and money by a format of its own."""

_OPEN = "urn:oasis:names:tc:opendocument:xmlns"
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_STATES = {False: "visible", True: "hidden"}
_STYLES = (
    f'<styleSheet xmlns="{_SPREADSHEET}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="#,##0.00\\ &quot;day&quot;[Red]"/>'
    '<numFmt numFmtId="165" formatCode="[$-409]dd/mm/yy\\ hh:mm"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/>'
    "</cellXfs></styleSheet>"
)


def workbook(
    *sheets: Sequence[Sequence[object]],
    names: Sequence[str] = (),
    hidden: Sequence[int] = (),
    from_1904: bool = False,
) -> bytes:
    """Sheets of rows: texts are shared, moments get the style of dates, None is no cell at all."""
    texts: dict[str, int] = {}
    titles = names or [f"Sheet{number}" for number in range(1, len(sheets) + 1)]
    base = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
    parts = {
        f"xl/worksheets/sheet{number}.xml": sheet_part(rows, texts, base)
        for number, rows in enumerate(sheets, start=1)
    }
    listed = "".join(
        f'<sheet name="{escape(titles[place])}"'
        f' sheetId="{place + 1}" state="{_STATES[place in hidden]}"'
        f' r:id="rId{place + 1}"/>'
        for place in range(len(sheets))
    )
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_DOCUMENT}">'
        f'<workbookPr date1904="{int(from_1904)}"/><sheets>{listed}</sheets></workbook>'
    )
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_SPREADSHEET}">{shared}</sst>'
    parts["xl/styles.xml"] = _STYLES
    parts["xl/_rels/workbook.xml.rels"] = _relations(len(sheets))
    parts["_rels/.rels"] = (
        f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1"'
        f' Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    return archive(parts)


def open_document(rows: Sequence[Sequence[object]]) -> bytes:
    """A workbook of LibreOffice."""
    table = "".join(
        f"<table:table-row>{''.join(map(_open_cell, row))}</table:table-row>" for row in rows
    )
    content = (
        f'<office:document-content xmlns:office="{_OPEN}:office:1.0"'
        f' xmlns:table="{_OPEN}:table:1.0" xmlns:text="{_OPEN}:text:1.0">'
        '<office:body><office:spreadsheet><table:table table:name="Sales">'
        f"{table}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    return archive({"mimetype": ODS, "content.xml": content, "META-INF/manifest.xml": manifest})


def _open_cell(cell: object) -> str:
    kind, value = "float", f'office:value="{cell}"'
    if isinstance(cell, datetime):
        kind, value = "date", f'office:date-value="{cell.isoformat()}"'
    if isinstance(cell, str):
        kind, value = "string", ""
    text = f"<text:p>{escape(str(cell))}</text:p>"
    return f'<table:table-cell office:value-type="{kind}" {value}>{text}</table:table-cell>'


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return buffer.getvalue()


def changed(content: bytes, **parts: str | bytes) -> bytes:
    """A workbook whose first sheet (`sheet`) or texts (`texts`) are others."""
    names = {"sheet": "xl/worksheets/sheet1.xml", "texts": "xl/sharedStrings.xml"}
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        found: dict[str, str | bytes] = {name: file.read(name) for name in file.namelist()}
    return archive(found | {names[part]: content for part, content in parts.items()})


def sheet_part(rows: Sequence[Sequence[object]], texts: dict[str, int], base: datetime) -> str:
    written = "".join(
        f'<row r="{number}">{"".join(_cells(number, row, texts, base))}</row>'
        for number, row in enumerate(rows, start=1)
    )
    return sheet_of(written)


def sheet_of(rows: str) -> str:
    return f'<worksheet xmlns="{_SPREADSHEET}"><sheetData>{rows}</sheetData></worksheet>'


def _cells(
    number: int, row: Sequence[object], texts: dict[str, int], base: datetime
) -> Sequence[str]:
    filled = [(place, cell) for place, cell in enumerate(row) if cell is not None]
    return [_cell(f"{chr(65 + place)}{number}", cell, texts, base) for place, cell in filled]


def _cell(place: str, cell: object, texts: dict[str, int], base: datetime) -> str:
    match cell:
        case bool():
            return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
        case str():
            return f'<c r="{place}" t="s"><v>{texts.setdefault(cell, len(texts))}</v></c>'
        case datetime():
            days = (cell - base).total_seconds() / 86_400
            return f'<c r="{place}" s="{DATE}"><v>{days!r}</v></c>'
    return f'<c r="{place}" s="{MONEY}"><v>{cell!r}</v></c>'


def _relations(sheets: int) -> str:
    kinds = [f"worksheet:worksheets/sheet{number}.xml" for number in range(1, sheets + 1)]
    kinds += ["styles:styles.xml", "sharedStrings:/xl/sharedStrings.xml"]
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{_DOCUMENT}/{kind.split(":")[0]}"'
        f' Target="{kind.split(":")[1]}"/>'
        for number, kind in enumerate(kinds, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}">{listed}</Relationships>'
