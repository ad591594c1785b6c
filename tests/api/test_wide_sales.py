"""Tables with a column for each product or each day."""

from datetime import datetime

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.sales.media_types import XLSX
from db.tables import Product
from tests.api.test_sales_import import PARQUET, errors, parquet, sales, send
from tests.api.workbooks import workbook


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
