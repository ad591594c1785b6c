"""How tills and spreadsheets write dates, numbers and files: read where clear, else refused."""

from datetime import datetime

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.sales.media_types import XLSX
from db.tables import Product
from tests.api.test_sales_import import PARQUET, errors, parquet, sales, send
from tests.api.workbooks import workbook


def days(session: Session) -> list[str]:
    return [f"{sale.sold_at:%Y-%m-%d %H:%M}" for sale in sales(session)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["05/01/2026", "31/01/2026"], ["2026-01-05 00:00", "2026-01-31 00:00"]),
        (["01/05/2026", "01/31/2026"], ["2026-01-05 00:00", "2026-01-31 00:00"]),
        (["5-1-2026", "13-1-2026"], ["2026-01-05 00:00", "2026-01-13 00:00"]),
        (["31/01/2026 9:05", "01/02/2026 14:05"], ["2026-01-31 09:05", "2026-02-01 14:05"]),
        (["31.01.2026", "01/02/2026"], ["2026-01-31 00:00", "2026-02-01 00:00"]),
        (["2026/01/31", "2026-2-1 9:00"], ["2026-01-31 00:00", "2026-02-01 09:00"]),
        (["01/31/2026 12:05 AM", "2/1/2026 2:05 p.m."], ["2026-01-31 00:05", "2026-02-01 14:05"]),
        (
            ["2026-01-31 12:59:59 PM", "2026-02-01 11:59:59 pm"],
            ["2026-01-31 12:59", "2026-02-01 23:59"],
        ),
        (["05/12/25", "31/12/25 9:00"], ["2025-12-05 00:00", "2025-12-31 09:00"]),
        (["1/5/26", "1/31/26 2:00 PM"], ["2026-01-05 00:00", "2026-01-31 14:00"]),
        (["31.1.26", "1.2.26"], ["2026-01-31 00:00", "2026-02-01 00:00"]),
        (["1-Jan-26", "31-ENE-2026 9:00"], ["2026-01-01 00:00", "2026-01-31 09:00"]),
        (["Thursday, January 1st, 2026"], ["2026-01-01 00:00"]),
        (["1. März 2026", "Lunes, 2 de marzo de 2026"], ["2026-03-01 00:00", "2026-03-02 00:00"]),
        (["30 juin 26", "31 juillet 26"], ["2026-06-30 00:00", "2026-07-31 00:00"]),
        (["2026-01", "2026/2", "03/2026"], [f"2026-0{month}-01 00:00" for month in (1, 2, 3)]),
        (["Jan 2026", "Februar 2026"], ["2026-01-01 00:00", "2026-02-01 00:00"]),
        (["Mi, 31.12.2025", "Do. 01.01.2026"], ["2025-12-31 00:00", "2026-01-01 00:00"]),
        (["Sat 1/31/26", "Sunday 2026-02-01"], ["2026-01-31 00:00", "2026-02-01 00:00"]),
        (["30/12/99", "31/12/2025"], ["1999-12-30 00:00", "2025-12-31 00:00"]),
    ],
    ids=[
        "day first",
        "month first",
        "dashes",
        "with a time",
        "points say it",
        "year first",
        "half days",
        "half days of years",
        "short years",
        "short years, month first",
        "short years with points",
        "as Excel names months",
        "a long date in English",
        "German and Spanish months",
        "French months",
        "months",
        "months by name",
        "German days of the week",
        "English days of the week",
        "years short and long",
    ],
)
def test_the_clear_dates_of_a_file_tell_how_the_others_are_read(
    http: httpx.Client, session: Session, written: list[str], read: list[str]
) -> None:
    rows = "".join(f"{day}\trye\t5\n" for day in written)
    answer = send(http, "date\tproduct_id\tquantity\n" + rows)

    assert answer.status_code == 200, answer.text
    assert days(session) == read


def test_receipts_are_added_up_day_by_day(http: httpx.Client, session: Session) -> None:
    rows = "30.01.2026 08:05;rye;1\n30.01.2026 17:41:09;rye;2\n31.01.2026 09:00;rye;4\n"
    report = send(http, "date;product_id;quantity\n" + rows).json()

    assert {(f"{sale.sold_at}", sale.quantity) for sale in sales(session)} == {
        ("2026-01-30 00:00:00", 3),
        ("2026-01-31 00:00:00", 4),
    }
    assert report["last_date"] == "2026-01-31T00:00:00"
    assert report["warnings"] == [
        "The rows have times as receipts have: what they sold was added up day by day",
        "Rows of the same product and date were added up: 1 row more than dates",
    ]


def test_hours_are_kept(http: httpx.Client, session: Session) -> None:
    rows = "".join(f"2026-01-31 {hour:02}:30,rye,{hour}\n" for hour in (8, 9, 17))

    assert send(http, "date,product_id,quantity\n" + rows).json()["warnings"] == []
    assert days(session) == [f"2026-01-31 {hour}:30" for hour in ("08", "09", "17")]


def test_dates_that_may_be_read_in_two_ways_are_refused(http: httpx.Client) -> None:
    found = errors(send(http, "date,product_id,quantity\n01/02/2026,rye,5\n02/02/2026,rye,5\n"))

    assert [row for row, _, _ in found] == [2, 3]
    assert "whether the day or the month comes first: write 2026-01-31" in found[0][2]


@pytest.mark.parametrize(
    "days_of_file",
    [["25/12/31", "26/01/01"], ["25.01.05", "25.01.06"], ["01/02/01", "31/02/30"]],
    ids=["over the end of a year", "within a month", "years of a lifetime"],
)
def test_two_digits_that_may_be_days_as_well_as_years_are_refused(
    http: httpx.Client, days_of_file: list[str]
) -> None:
    rows = "".join(f"{day},rye,5\n" for day in days_of_file)
    answer = send(http, "date,product_id,quantity\n" + rows)

    assert answer.status_code == 422
    assert "whether they begin or end with the year" in answer.json()["detail"]


def test_a_date_against_the_order_of_the_file_is_refused(http: httpx.Client) -> None:
    content = "date,product_id,quantity\n31/01/2026,rye,5\n01/31/2026,rye,5\n"
    ((row, column, message),) = errors(send(http, content))

    assert (row, column) == (3, "date")
    assert message.startswith("not a date with the day first, as the file writes them")


@pytest.mark.parametrize(
    ("written", "read"),
    [("2,5", 2.5), ("1.250,75", 1250.75), ("1 250,5", 1250.5), ("1.250", 1.25), ("7", 7.0)],
)
def test_numbers_between_semicolons(
    http: httpx.Client, session: Session, written: str, read: float
) -> None:
    answer = send(http, f"date;product_id;quantity\n2026-01-31;rye;{written}\n")

    assert answer.status_code == 200, answer.text
    assert sales(session)[0].quantity == read


@pytest.mark.parametrize(
    ("written", "warned"),
    [(("1.250", "2.000"), True), (("1.250", "2.5"), False), (("1250", "2"), False)],
)
def test_points_that_may_all_part_thousands_are_worth_a_warning(
    http: httpx.Client, written: tuple[str, str], *, warned: bool
) -> None:
    rows = "".join(f"2026-01-0{day};rye;{cell}\n" for day, cell in enumerate(written, start=1))
    warnings = send(http, "date;product_id;quantity\n" + rows).json()["warnings"]

    assert [told.startswith("2.000 was read as 2: ") for told in warnings] == [True] * warned


@pytest.mark.parametrize(("one", "other"), [("2,5", "1.250"), ("1.250", "2,5")])
def test_a_point_that_may_part_thousands_is_refused_beside_a_decimal_comma(
    http: httpx.Client, one: str, other: str
) -> None:
    content = f"date;product_id;quantity\n2026-01-30;rye;{one}\n2026-01-31;rye;{other}\n"
    ((row, column, message),) = errors(send(http, content))

    assert (row, column) == (3, "quantity")
    assert message.startswith(f"beside {one} it cannot be told")


def test_what_excel_calls_unicode_text_is_read(http: httpx.Client, session: Session) -> None:
    content = "date\tproduct_id\tproduct_name\tquantity\r\n31/01/2026\trye\tCrème\t5\r\n"
    answer = send(http, content.encode("utf-16"))

    assert answer.status_code == 200, answer.text
    assert sales(session)[0].sold_at == datetime.fromisoformat("2026-01-31")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_the_mark_of_unicode_text_may_be_missing(
    http: httpx.Client, session: Session, encoding: str
) -> None:
    content = "date;product_id;quantity\n31.01.2026;rye;5\n"

    assert send(http, content.encode(encoding)).status_code == 200
    assert [sale.quantity for sale in sales(session)] == [5]


def test_leftovers_of_a_spreadsheet_do_not_matter(http: httpx.Client, session: Session) -> None:
    content = "\nsep=;\n\ndate;product_id;quantity;;\n2026-01-31;rye;5;;\n;;;;\n"
    answer = send(http, content)

    assert answer.status_code == 200, answer.text
    assert answer.json()["warnings"] == ["Columns without a name were left out"]
    assert [sale.quantity for sale in sales(session)] == [5]


@pytest.mark.parametrize(
    ("header", "read"),
    [
        ("Fecha;Código;Producto;Unidades;Precio", True),
        ("Datum;Artikel-Nr.;Bezeichnung;Menge;Preis", True),
        ("Date;Code article;Produit;Quantité;Prix unitaire", True),
        ("DATE;SKU;Product Name;Units Sold;Unit price", True),
        ("Data;Codice articolo;Descrizione;Quantità (pz);Prezzo [€]", True),
        ("Data;Código produto;Descrição;Qtd.;Preço", True),
        ("Datum;Artikelcode;Omschrijving;Aantal;Prijs", True),
        ("Created at;Lineitem sku;Lineitem name;Lineitem quantity;Lineitem price", True),
        ("date;product_id;product_name;quantity;price", False),
    ],
)
def test_columns_may_have_the_names_of_the_shop(
    http: httpx.Client, session: Session, header: str, *, read: bool
) -> None:
    answer = send(http, f"{header}\n31.01.2026;R1;Rye;5;2,5\n")

    assert answer.status_code == 200, answer.text
    (sale,) = sales(session)
    assert (sale.quantity, sale.price) == (5, 2.5)
    product = session.scalars(select(Product)).one()
    assert (product.sku, product.name) == ("R1", "Rye")
    warnings = answer.json()["warnings"]
    assert [told.startswith("These columns were read: “") for told in warnings] == [True] * read


def test_a_column_that_only_says_product_is_its_id(http: httpx.Client, session: Session) -> None:
    answer = send(http, "Date,Reference,Product,Qty\n2026-01-31,receipt 7,Rye,5\n")

    assert answer.json()["warnings"] == [
        "These columns were read: “product” as product_id, “qty” as quantity",
        "These columns hold no numbers and were left out: reference",
    ]
    assert session.scalars(select(Product.sku)).all() == ["Rye"]


@pytest.mark.parametrize("header", ["Datum;Bezeichnung;Menge", "date;product_name;quantity"])
def test_without_a_code_the_name_tells_products_apart(
    http: httpx.Client, session: Session, header: str
) -> None:
    answer = send(http, f"{header}\n31.01.2026;Rye;5\n")

    assert answer.status_code == 200, answer.text
    assert session.scalars(select(Product.sku)).all() == ["Rye"]


def test_what_was_sold_in_a_month_is_its_first_day(http: httpx.Client, session: Session) -> None:
    content = "Producto,enero de 2026,febrero de 2026\nPan,300,280\nRosca,20,31\n"

    assert send(http, content).status_code == 200
    assert sorted(set(days(session))) == ["2026-01-01 00:00", "2026-02-01 00:00"]


def test_names_may_have_several_lines(http: httpx.Client, session: Session) -> None:
    content = 'Report\n"Date","Product\nid",Quantity\n2026-01-31,"Rye\nloaf",5\n2026-02-30,Rye,5\n'

    assert errors(send(http, content))[0][:2] == (4, "date")


def test_the_own_name_of_a_field_goes_before_others(http: httpx.Client, session: Session) -> None:
    content = "date,product_id,quantity,units,datum\n2026-01-31,rye,5,7,3\n"

    assert send(http, content).json()["warnings"] == []
    (sale,) = sales(session)
    assert (sale.quantity, sale.covariates) == (5, {"units": 7, "datum": 3})


def test_a_wrong_cell_is_told_with_the_name_that_the_file_has(http: httpx.Client) -> None:
    content = "Sales of the shop;;\n\nFecha;Producto;Cantidad\n31.01.2026;Pan;5\n31.01.2026;Pan;x\n"
    ((row, column, _),) = errors(send(http, content))

    assert (row, column) == (5, "cantidad")


def test_titles_above_and_sums_below_a_table_are_left_out(
    http: httpx.Client, session: Session
) -> None:
    table = "date;product_id;quantity\n31.01.2026;rye;5\n31.01.2026;roll;7\n"
    sums = ";Total;12\nGrand total;;12\nTotal general;Gesamt;12\n"
    answer = send(http, f"Report of January;;\n{table}{sums}")

    assert answer.status_code == 200, answer.text
    assert answer.json()["rows_read"] == 2
    assert answer.json()["warnings"] == [
        "What stands above the names of the columns was left out",
        "What sums up others was left out: rows 5, 6, 7",
    ]
    assert {sale.quantity for sale in sales(session)} == {5, 7}


def test_the_names_may_stand_above_each_page_of_a_report(
    http: httpx.Client, session: Session
) -> None:
    names = "Fecha;Artículo;Cantidad\n"
    content = f"{names}30.01.2026;Pan;5\nPágina 2;;\n{names}31.01.2026;Pan;7\n"

    assert send(http, content).status_code == 200
    assert [sale.quantity for sale in sales(session)] == [5, 7]


@pytest.mark.parametrize(
    ("row", "column"), [(";rye;5", "date"), ("31.02.2026;;5", "date"), ("Total;rye;5", "date")]
)
def test_a_row_of_a_product_or_a_day_is_no_sum(http: httpx.Client, row: str, column: str) -> None:
    found = errors(send(http, f"date;product_id;quantity\n31.01.2026;rye;5\n{row}\n"))

    assert found[0][:2] == (3, column)


def test_a_product_may_be_called_like_a_sum(http: httpx.Client, session: Session) -> None:
    send(http, "date;product_id;quantity\n31.01.2026;Total;5\n")

    assert session.scalars(select(Product.sku)).all() == ["Total"]


def test_returns_are_taken_off_what_was_sold(http: httpx.Client, session: Session) -> None:
    content = (
        "date;product_id;quantity\n30.01.2026;rye;5\n30.01.2026;rye;-1,5\n"
        "31.01.2026;rye;-3\n31.01.2026;rye;3\n02.02.2026;rye;\n"
    )
    warnings = send(http, content).json()["warnings"]

    assert [sale.quantity for sale in sales(session)] == [3.5, 0, None]
    assert warnings[0].startswith("Quantities below 0 are returns, taken off what the product sold")
    assert warnings[0].endswith(": 2 rows")
    assert send(http, content).json()["rows_unchanged"] == 3


def test_where_more_came_back_than_was_sold_nothing_was(
    http: httpx.Client, session: Session
) -> None:
    content = (
        "date;product_id;quantity\n30.01.2026;rye;5\n31.01.2026;rye;2\n31.01.2026;rye;-3\n"
        "31.01.2026;bun;4\n01.02.2026;rye;-1,5\n"
    )
    report = send(http, content).json()

    assert sorted(sale.quantity or 0 for sale in sales(session)) == [0, 0, 4, 5]
    assert report["warnings"][1] == (
        "More came back than was sold at that time, which counts as 0: rows 4, 6"
    )
    assert send(http, content).json()["rows_unchanged"] == 4


def test_a_lone_negative_quantity_is_a_mistake(http: httpx.Client, session: Session) -> None:
    content = "date;product_id;quantity\n30.01.2026;rye;-5\n31.01.2026;rye;2\n01.02.2026;rye;-1,5\n"
    refused = send(http, content)

    assert [(one["row"], one["column"], one["value"]) for one in refused.json()["errors"]] == [
        (2, "quantity", "-5"),
        (4, "quantity", "-1.5"),
    ]
    assert "row 2, column quantity: must not be negative in a file" in refused.json()["detail"]
    assert sales(session) == []


@pytest.mark.parametrize(
    "written", ["2,50 €", "€ 2,50", "2,5\u00a0€", "$2,5", "2,5", "2,50 EUR", "CHF 2.50", "Fr. 2.50"]
)
def test_amounts_of_money_may_have_a_sign(
    http: httpx.Client, session: Session, written: str
) -> None:
    content = f"date;product_id;quantity;price;revenue\n31.01.2026;rye;5;{written};{written}\n"

    assert send(http, content).status_code == 200
    (sale,) = sales(session)
    assert (sale.price, sale.revenue) == (2.5, 2.5)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("$1,250.75", 1250.75),
        ("1,250,000", 1_250_000),
        ("CHF 1'250.75", 1250.75),
        ("1’250", 1250),
        ("12,25", 12.25),
        ("0,125", 0.125),
        ("1.250,125", 1250.125),
        ("1,250", None),
        ("1'25", None),
    ],
)
def test_signs_part_thousands_or_mark_decimals_where_nothing_else_can_be_meant(
    http: httpx.Client, session: Session, written: str, read: float | None
) -> None:
    answer = send(http, f'date,product_id,quantity,revenue\n2026-01-31,rye,5,"{written}"\n')

    assert (answer.status_code == 200) == (read is not None), answer.text
    assert [sale.revenue for sale in sales(session)] == ([] if read is None else [read])


def test_both_that_a_comma_may_mean_are_told(http: httpx.Client) -> None:
    content = 'date,product_id,quantity\n2026-01-31,rye,"1,250"\n'

    assert errors(send(http, content))[0][2] == "may be 1250 or 1.250: write the one that is meant"


@pytest.mark.parametrize("written", ["-2", "\N{MINUS SIGN}2", "2-", "(2)", " ( 2 ) "])
def test_a_minus_may_be_written_as_accountants_do(
    http: httpx.Client, session: Session, written: str
) -> None:
    rows = f"2026-01-31\trye\t5\t10\n2026-01-31\trye\t{written}\t{written} €\n"
    answer = send(http, "date\tproduct_id\tquantity\trevenue\n" + rows)

    assert answer.status_code == 200, answer.text
    assert [(sale.quantity, sale.revenue) for sale in sales(session)] == [(3, 8)]


@pytest.mark.parametrize("written", ["-$4.00", "$-4.00", "-4,00 EUR", "($4.00)"])
def test_amounts_that_were_paid_back_are_read(
    http: httpx.Client, session: Session, written: str
) -> None:
    rows = f'2026-01-31,rye,5,$10.00\n2026-01-31,rye,-2,"{written}"\n'

    assert send(http, "date,product_id,quantity,revenue\n" + rows).status_code == 200
    assert sales(session)[0].revenue == 6


@pytest.mark.parametrize("written", ["NULL", "n/a", "#N/A", ""])
def test_words_of_programs_for_nothing_are_nothing(
    http: httpx.Client, session: Session, written: str
) -> None:
    content = f"date;product_id;quantity;price\n31.01.2026;rye;5;{written}\n"

    assert send(http, content).status_code == 200
    assert sales(session)[0].price is None


def test_a_quantity_has_no_sign_of_a_currency(http: httpx.Client) -> None:
    content = "date;product_id;quantity\n31.01.2026;rye;5 €\n"

    assert errors(send(http, content))[0][1] == "quantity"


@pytest.mark.parametrize(
    ("row", "accepted"),
    [
        ("31.01.2026;rye;5;;;", True),
        ("31.01.2026;rye;5", True),
        ("Total", True),
        ("31.01.2026;rye", False),
        ('31.01.2026;rye;"5\n01.02.2026;rye;7;', False),
    ],
)
def test_empty_cells_at_the_end_of_a_row_do_not_matter(
    http: httpx.Client, row: str, *, accepted: bool
) -> None:
    answer = send(http, f"date;product_id;quantity;price\n30.01.2026;rye;5;2\n{row}\n")

    assert (answer.status_code == 200) == accepted, answer.text


def test_a_table_with_a_column_for_each_product_is_read(
    http: httpx.Client, session: Session
) -> None:
    content = (
        "Shop in the station;;;;;\n;;Day;Baguette;Rye 1kg;Total\n"
        ";30.01.2026;Fri;12;3,5;15,5\n;31.01.2026;Sat;1.000,5;;1.000,5\n;01.02.2026;Sun;;;\n"
        ";Total;;12;3,5;15,5\n"
    )
    answer = send(http, content)

    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert (report["rows_read"], report["products_created"]) == (3, 2)
    assert report["last_date"] == "2026-01-31T00:00:00"
    assert report["warnings"] == [
        "Each column of numbers was read as a product, each cell as what the product sold that day:"
        " Baguette, Rye 1kg",
        "Columns that are no product were left out: Day, Total",
        "What stands above the names of the columns was left out",
        "What sums up others was left out: row 6",
        "Columns without a name were left out",
    ]
    assert {sale.quantity for sale in sales(session)} == {3.5, 12, 1000.5}
    assert set(session.scalars(select(Product.sku))) == {"Baguette", "Rye 1kg"}


def test_a_table_with_a_column_for_each_day_is_read(http: httpx.Client, session: Session) -> None:
    content = (
        "Producto;30/12/25;31/12/25;Total\nBaguette;12;3,5;15,5\nPan;;7;7\nTotal;12;10,5;22,5\n"
    )
    report = send(http, content).json()

    assert (report["rows_read"], report["products_created"]) == (3, 2)
    assert (report["first_date"], report["last_date"]) == (
        "2025-12-30T00:00:00",
        "2025-12-31T00:00:00",
    )
    assert report["warnings"] == [
        "Each column of numbers was read as a day, each cell as what the product sold that day:"
        " 30/12/25, 31/12/25",
        "Columns that are no product were left out: Total",
        "What sums up others was left out: row 4",
    ]
    assert {sale.quantity for sale in sales(session)} == {12, 3.5, 7}


def test_what_is_wrong_among_columns_of_days_is_told_by_row_and_column(http: httpx.Client) -> None:
    content = "Product,30/12/25,31/12/25,31/11/25\nRye,1,2,3\nBun,5,x,-7\n,4,5,6\n"

    assert [found[:2] for found in errors(send(http, content))] == [
        (2, "31/11/25"),
        (3, "31/11/25"),
        (3, "31/12/25"),
        (4, "31/11/25"),
        (4, "Product"),
    ]
    content = "Product,30/12/25,31/12/25\nRye,1,2\nBun,5,-7\n"
    assert errors(send(http, content))[0][:2] == (3, "31/12/25")


def test_a_workbook_and_a_parquet_file_may_have_a_column_for_each_product(
    http: httpx.Client, session: Session
) -> None:
    moments = [datetime.fromisoformat(f"2026-01-{day}") for day in (30, 31)]
    rows: list[list[object]] = [[None, "Bun", 1001], [moments[0], 5, 7], [moments[1], 6, None]]
    send(http, workbook(rows), XLSX)
    assert {sale.quantity for sale in sales(session)} == {5, 6, 7}

    table = {"Day": moments, "Bun": [8, 9], "Roll": [1.5, None]}
    answer = send(http, parquet(table), PARQUET).json()
    assert (answer["rows_read"], answer["rows_updated"], answer["rows_inserted"]) == (3, 2, 1)
    assert set(session.scalars(select(Product.sku))) == {"Bun", "Roll", "1001"}


@pytest.mark.parametrize(
    "content",
    [
        "date,amount,rye\n2026-01-31,5,7\n",
        "date,rye,Weekday\n2026-01-31,5,Sat\n",
        "date,rye,roll,remark\n2026-01-31,5,7,rain\n",
        "date,rye,price\n2026-01-31,5,7\n",
        "date,rye\n2026-01-31,5\n",
        "date,rye,Total\n2026-01-31,5,7\n",
        "date,rye,roll\n2026-01-31,5,some\n",
        "rye,roll,bun\n3,5,7\n",
        "date,rye,roll\n2026-01-31,,\n",
        "date,2026-01-30,2026-01-31\n2026-01-31,5,7\n",
        "product,price,2026-01-30,2026-01-31\nrye,2.5,5,7\n",
        "product,2026-01-31\nrye,5\n",
        "Total,12,15\n2026-01-31,5,7\n",
        ",12,15\n2026-01-31,5,7\n",
    ],
    ids=[
        "an amount",
        "one product and a weekday",
        "a remark",
        "a price",
        "one product",
        "one product and its sum",
        "a text",
        "no days",
        "no numbers",
        "days twice",
        "a price beside days",
        "one day",
        "a sum above",
        "numbers above",
    ],
)
def test_a_table_that_may_be_another_is_not_read_as_one_of_products(
    http: httpx.Client, session: Session, content: str
) -> None:
    told = send(http, content).json()["detail"]

    assert told.startswith("The file lacks the columns ")
    assert "may have a column for each product instead, or" in told
    assert session.scalars(select(Product)).all() == []


def test_what_is_wrong_among_columns_of_products_is_told_once_by_row_and_column(
    http: httpx.Client,
) -> None:
    content = "Day,101,Bun\n2026-01-30,5,7\n31.02.2026,5,7\n2026-02-01,x,2\n,5,7\n"
    found = errors(send(http, content))
    assert [(row, column) for row, column, _ in found] == [(3, "Day"), (4, "101"), (5, "Day")]

    content = "Day,101,Bun\n2026-01-30,5,7\n2026-02-01,1,-2\n"
    assert errors(send(http, content))[0][:2] == (3, "Bun")


def test_more_products_than_other_columns_may_stand_side_by_side(http: httpx.Client) -> None:
    products = range(1, 500)
    header = ",".join(["day", *(f"P{number}" for number in products)])
    rows = "".join(f"2026-01-{day:02}{',1' * len(products)}\n" for day in range(1, 31))

    assert send(http, f"{header}\n{rows}").json()["rows_read"] == 30 * len(products)
    wide = ",".join(["day", *(f"P{number}" for number in range(2_000))])
    told = send(http, f"{wide}\n2026-01-01{',1' * 2_000}\n").json()["detail"]
    assert told == "The file has 2,001 columns; at most 2,000 are read"


def test_csv_as_excel_saves_it_in_western_europe(http: httpx.Client, session: Session) -> None:
    content = "Datum;Artikel;Menge;Preis\n31.01.26;Käsebrötchen – groß;5;2,50 €\n"
    warnings = send(http, content.encode("cp1252")).json()["warnings"]

    assert warnings[0] == (
        "The file is no UTF-8 and was read as Windows-1252, as Excel saves CSV, such as"
        " “Käsebrötchen – groß”"
    )
    assert session.scalars(select(Product.sku)).all() == ["Käsebrötchen – groß"]
    assert sales(session)[0].price == 2.5


def test_a_product_without_a_code_has_its_name_for_one(
    http: httpx.Client, session: Session
) -> None:
    content = (
        "Date,Category,Item,Qty,SKU\n"
        "2026-01-05,Bread,Baguette,3.0,\n"
        "2026-01-05,Bread,Rye,4.0,B-2\n"
        "2026-01-06,Bread,Baguette,5.0,\n"
        ",,Total,12.0,\n"
    )
    answer = send(http, content)
    assert answer.status_code == 200, answer.text
    assert {product.sku: product.name for product in session.scalars(select(Product))} == {
        "Baguette": "Baguette",
        "B-2": "Rye",
    }
    told = answer.json()["warnings"]
    assert "Products without a code have their name for one: “Baguette”" in told
    assert "What sums up others was left out: row 5" in told


@pytest.mark.parametrize("name", ["", "Total"])
def test_a_row_without_code_and_name_is_refused(http: httpx.Client, name: str) -> None:
    content = f"date,sku,product_name,quantity\n2026-01-05,b,Bread,1\n2026-01-05,,{name},3\n"
    assert errors(send(http, content)) == [(3, "sku", "must not be empty")]


def test_sales_of_days_to_come_are_worth_a_warning(http: httpx.Client) -> None:
    content = "date,product_id,quantity,price\n2026-01-05,rye,3,2\n2099-02-01,rye,{},2\n"
    assert send(http, content.format("")).json()["warnings"] == []
    assert send(http, content.format(5)).json()["warnings"] == [
        "Days that are still to come have sales, up to 2099-02-01; check their dates: 1 row"
    ]


def test_shops_whose_sales_are_added_up_are_told(http: httpx.Client) -> None:
    content = "date,Filiale,product_id,quantity\n2026-01-05,North,rye,3\n2026-01-05,South,rye,4\n"
    assert send(http, content).json()["warnings"][-1] == (
        "Rows of the same product and date were added up: 1 row more than dates. The shops in"
        " “filiale” count as one: for a forecast of each, write the shop into product_id, too"
    )


def test_a_dash_may_be_none_or_not_known(http: httpx.Client) -> None:
    content = "date,product_id,quantity\n2026-01-05,rye, -   \n"
    told = "may be 0 or not known: write 0, or leave the cell empty"
    assert errors(send(http, content)) == [(2, "quantity", told)]
