"""Sales as Excel workbooks: what is read, and what a damaged or hostile one is told."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.chores.children import ChildChores
from api.errors import InvalidRequestError
from api.sales.media_types import XLS, XLSX
from api.sales.schemas import ImportQuery
from db.tables import DEFAULT_TENANT_ID, Product
from tests.api.test_sales_import import URL, errors, sales, send
from tests.api.workbooks import DATA, archive, changed, open_document, sheet_of, workbook

HEADER = ("Date", "SKU", "Product Name", "Quantity", "Price")
DAY = datetime.fromisoformat("2026-01-31")
WIDE = f"<row>{'<c><v>1</v></c>' * 301}</row>"
TABLE = [HEADER, (DAY, 1001, "Crème & Co", 5, 2.5), (DAY, "R2", "Rye", 7.5, None)]


def refusal(http: httpx.Client, content: bytes) -> str:
    answer = send(http, content, XLSX)
    assert answer.status_code == 422, answer.text
    return str(answer.json()["detail"])


def test_a_workbook_is_imported(http: httpx.Client, session: Session) -> None:
    answer = send(http, workbook(TABLE), XLSX)

    assert answer.status_code == 200, answer.text
    assert answer.json()["rows_read"] == 2
    assert {(sale.sold_at, sale.quantity, sale.price) for sale in sales(session)} == {
        (DAY, 5, 2.5),
        (DAY, 7.5, None),
    }
    products = session.execute(select(Product.sku, Product.name).order_by(Product.sku)).all()
    assert [tuple(one) for one in products] == [("1001", "Crème & Co"), ("R2", "Rye")]


def test_a_workbook_is_known_by_its_content(http: httpx.Client) -> None:
    content = workbook(TABLE)

    assert send(http, content).status_code == 200
    assert http.post(URL, files={"file": ("sales.xlsx", content)}).status_code == 200


@pytest.mark.parametrize("from_1904", [False, True])
def test_moments_are_read_to_the_second(
    http: httpx.Client, session: Session, *, from_1904: bool
) -> None:
    moment = datetime.fromisoformat("2026-01-31 14:20:00")
    content = workbook([HEADER[:2] + HEADER[3:4], (moment, "rye", 5)], from_1904=from_1904)

    assert send(http, content, XLSX).status_code == 200
    assert sales(session)[0].sold_at == moment


def test_the_only_sheet_with_sales_is_read(http: httpx.Client, session: Session) -> None:
    notes: list[list[object]] = [["Our shop"], ["opened in", 1998]]
    content = workbook(notes, TABLE, names=["Notes", "Sales"])

    assert send(http, content, XLSX).json()["warnings"][0] == (
        "Of the workbook, only the sheet “Sales” was read"
    )
    assert len(sales(session)) == 2


def test_titles_above_gaps_and_sums_below_do_not_matter(
    http: httpx.Client, session: Session
) -> None:
    rows = [["Report of January"], [], *TABLE, [], ["Total", None, None, 12.5]]
    answer = send(http, workbook(rows), XLSX)

    assert answer.json()["warnings"][1:] == [
        "What stands above the names of the columns was left out",
        "What sums up others was left out: row 7",
    ]
    assert len(sales(session)) == 2


@pytest.mark.parametrize(
    ("cell", "column", "told"),
    [
        ('<c r="A2"><v>46053</v></c>', "date", "a day as Excel counts them"),
        ('<c r="A2" s="1"><v>-5</v></c>', "date", "not a date"),
        ('<c r="A2" s="1"><v>1e300</v></c>', "date", "not a date"),
        ('<c r="A2" s="1"><v>0.5</v></c>', "date", "not a date"),
        ('<c r="A2" t="e"><v>#N/A</v></c>', "date", "must not be empty"),
    ],
    ids=["no format of a date", "before time", "beyond time", "a time alone", "an error"],
)
def test_a_bad_cell_is_named(http: httpx.Client, cell: str, column: str, told: str) -> None:
    rest = '<c r="B2" t="inlineStr"><is><t>rye</t></is></c><c r="C2"><v>5</v></c>'
    header = "".join(
        f'<c t="inlineStr"><is><t>{name}</t></is></c>'
        for name in ("date", "product_id", "quantity")
    )
    rows = f'<row r="1">{header}</row><row r="2">{cell}{rest}</row>'
    content = changed(workbook(TABLE), sheet=sheet_of(rows))
    ((row, found, message),) = errors(send(http, content, XLSX))

    assert (row, found) == (2, column)
    assert told in message


def test_texts_and_days_of_merged_cells_count_in_all_their_rows(
    http: httpx.Client, session: Session
) -> None:
    """The table begins in B2, and numbers may be those of all merged rows together."""
    rows = (
        '<row r="2"><c r="B2" t="str"><v>date</v></c><c r="C2" t="str"><v>sku</v></c>'
        '<c r="D2" t="str"><v>qty</v></c></row>'
        '<row r="3"><c r="B3" s="1"><v>46053</v></c><c r="C3" t="str"><v>rye</v></c>'
        '<c r="D3"><v>5</v></c></row>'
        '<row r="4"><c r="C4" t="str"><v>bun</v></c><c r="D4"/></row>'
        '<row r="5"><c r="B5" s="1"><v>46054</v></c><c r="C5" t="str"><v>rye</v></c>'
        '<c r="D5"><v>7</v></c></row>'
    )
    merged = "".join(f'<mergeCell ref="{area}"/>' for area in ("B3:B4", "D3:D4", "B2:D2", "Z1:Z9"))
    end = "</worksheet>"
    sheet = sheet_of(rows).replace(end, f"<mergeCells>{merged}</mergeCells>{end}")

    assert send(http, changed(workbook(TABLE), sheet=sheet), XLSX).status_code == 200
    assert {(sale.sold_at, sale.quantity) for sale in sales(session)} == {
        (DAY, 5),
        (DAY, None),
        (DAY + timedelta(days=1), 7),
    }


def test_quantities_that_are_errors_are_told(http: httpx.Client, session: Session) -> None:
    quantities = ["<c><v>5</v></c>", '<c t="e"><v>#N/A</v></c>', "<c><v>7</v></c>", ""]
    rows = '<row><c t="str"><v>date</v></c><c t="str"><v>sku</v></c><c t="str"><v>qty</v></c></row>'
    for day, quantity in enumerate(quantities, start=46053):
        rows += f'<row><c s="1"><v>{day}</v></c><c t="str"><v>rye</v></c>{quantity}</row>'
    answer = send(http, changed(workbook(TABLE), sheet=sheet_of(rows)), XLSX)

    assert answer.json()["warnings"][-1] == (
        "Past rows without a quantity count as not known, and not as 0: 1 row"
    )
    assert [sale.quantity for sale in sales(session)] == [5, None, 7, None]


def test_dates_that_excel_has_read_beside_others_that_it_has_not_are_refused(
    http: httpx.Client,
) -> None:
    """As where days and months stood the other way round than it expected."""
    rows = [
        HEADER[:2] + HEADER[3:4],
        ("31/01/2026", "rye", 5),
        (datetime.fromisoformat("2026-01-02"), "rye", 5),
    ]

    assert errors(send(http, workbook(rows), XLSX))[0][:2] == (2, "date")


def test_texts_may_have_formats_within_and_words_how_they_are_spoken(
    http: httpx.Client, session: Session
) -> None:
    spoken = '<rPh sb="0" eb="1"><t>spoken</t></rPh>'
    texts = "".join(f"<si><t>{name}</t></si>" for name in ("date", "product_id", "quantity"))
    texts += f"<si><r><t>Ry</t></r><r><t>e</t></r>{spoken}</si>"
    content = workbook([("date", "product_id", "quantity"), (DAY, "x", 5)])

    assert send(http, changed(content, texts=f"<sst>{texts}</sst>"), XLSX).status_code == 200
    assert session.scalars(select(Product.sku)).all() == ["Rye"]


def test_a_sheet_of_another_writer_may_have_prefixes_and_no_places(
    http: httpx.Client, session: Session
) -> None:
    def row(*cells: str) -> str:
        return "<x:row>" + "".join(f'<x:c t="str"><x:v>{one}</x:v></x:c>' for one in cells)

    rows = row("date", "product_id", "quantity") + "</x:row>" + row("2026-01-31", "rye", "5")
    sheet = f'<x:worksheet xmlns:x="any"><x:sheetData>{rows}</x:row></x:sheetData></x:worksheet>'

    assert send(http, changed(workbook(TABLE), sheet=sheet), XLSX).status_code == 200
    assert [sale.quantity for sale in sales(session)] == [5]


def test_workbooks_of_old_excel_and_of_libreoffice_are_read(
    http: httpx.Client, session: Session
) -> None:
    old = (DATA / "sales.xls").read_bytes()
    assert send(http, old, XLS).status_code == 200
    open_one = open_document([("date", "product_id", "quantity"), (DAY, "Spelt", 3)])
    assert http.post(URL, files={"file": ("sales.ods", open_one)}).status_code == 200

    assert {(sale.sold_at, sale.quantity) for sale in sales(session)} == {(DAY, 5), (DAY, 3)}
    assert set(session.scalars(select(Product.sku))) == {"1001", "Spelt"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (lambda: b"PK\x03\x04\x14\x00", "it is damaged"),
        (lambda: workbook(TABLE)[:-30], "it is damaged"),
        (lambda: archive({"content.xml": "<a/>"}), "it is damaged, has a password, or is none"),
        (lambda: b"\xd0\xcf\x11\xe0" + bytes(3000), "it is damaged"),
        (lambda: workbook([]), "is empty"),
        (lambda: workbook([["a", "b"]]), "The file lacks the columns date"),
        (lambda: changed(workbook(TABLE), sheet="<worksheet><row"), "it is damaged"),
        (lambda: changed(workbook(TABLE), texts="<sst></sst>"), "it is damaged"),
        (lambda: changed(workbook(TABLE), sheet=sheet_of(WIDE)), "301 columns; at most 200"),
    ],
)
def test_what_is_no_workbook_of_sales_is_refused(
    http: httpx.Client, content: Callable[[], bytes], told: str
) -> None:
    assert told in refusal(http, content())


def test_one_that_leads_its_reader_astray_is_refused(http: httpx.Client) -> None:
    """The library panics, which is no `Exception`, and says nothing that a user can use."""
    content = bytearray((DATA / "sales.xls").read_bytes())
    content[1492] ^= 0x7F

    assert refusal(http, bytes(content)).endswith("is none of Excel or LibreOffice")


def test_what_takes_too_much_memory_ends_its_own_process_only(
    fresh_database_url: str, tmp_path: Path
) -> None:
    """Two cells, between which lie seventeen thousand million."""
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>'
    rows += '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    path = tmp_path / "sales.xlsx"
    path.write_bytes(changed(workbook(TABLE), sheet=sheet_of(rows)))
    chores = ChildChores({**os.environ, "DATABASE_URL": fresh_database_url})

    with pytest.raises(InvalidRequestError, match="of memory that an import has"):
        chores.import_sales(path, XLSX, DEFAULT_TENANT_ID, ImportQuery())
