"""How tills and spreadsheets lay files out, name columns and tell products apart."""

from datetime import datetime

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import Product
from tests.api.test_sales_import import errors, sales, send


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


def test_shops_whose_sales_are_added_up_are_told(http: httpx.Client) -> None:
    content = "date,Filiale,product_id,quantity\n2026-01-05,North,rye,3\n2026-01-05,South,rye,4\n"
    assert send(http, content).json()["warnings"][-1] == (
        "Rows of the same product and date were added up: 1 row more than dates. The shops in"
        " “filiale” count as one: for a forecast of each, write the shop into product_id, too"
    )
