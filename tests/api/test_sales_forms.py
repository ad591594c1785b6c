"""How tills and spreadsheets write dates, numbers and files: read where clear, else refused."""

from datetime import datetime

import httpx
import pytest
from sqlalchemy.orm import Session

from tests.api.test_sales_import import errors, sales, send


def days(session: Session) -> list[str]:
    return [f"{sale.sold_at:%Y-%m-%d %H:%M}" for sale in sales(session)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["05/01/2026", "31/01/2026"], ["2026-01-05 00:00", "2026-01-31 00:00"]),
        (["01/05/2026", "01/31/2026"], ["2026-01-05 00:00", "2026-01-31 00:00"]),
        (["5-1-2026", "13-1-2026"], ["2026-01-05 00:00", "2026-01-13 00:00"]),
        (["31/01/2026 9:05", "01/02/2026 14:00"], ["2026-01-31 09:05", "2026-02-01 14:00"]),
        (["31.01.2026", "01/02/2026"], ["2026-01-31 00:00", "2026-02-01 00:00"]),
    ],
    ids=["day first", "month first", "dashes", "with a time", "points say it"],
)
def test_the_clear_dates_of_a_file_tell_how_the_others_are_read(
    http: httpx.Client, session: Session, written: list[str], read: list[str]
) -> None:
    rows = "".join(f"{day},rye,5\n" for day in written)
    answer = send(http, "date,product_id,quantity\n" + rows)

    assert answer.status_code == 200, answer.text
    assert days(session) == read


def test_dates_that_may_be_read_in_two_ways_are_refused(http: httpx.Client) -> None:
    found = errors(send(http, "date,product_id,quantity\n01/02/2026,rye,5\n02/02/2026,rye,5\n"))

    assert [row for row, _, _ in found] == [1, 2]
    assert "whether the day or the month comes first: write 2026-01-31" in found[0][2]


def test_a_date_against_the_order_of_the_file_is_refused(http: httpx.Client) -> None:
    content = "date,product_id,quantity\n31/01/2026,rye,5\n01/31/2026,rye,5\n"
    ((row, column, message),) = errors(send(http, content))

    assert (row, column) == (2, "date")
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

    assert (row, column) == (2, "quantity")
    assert message.startswith(f"beside {one} it cannot be told")


def test_what_excel_calls_unicode_text_is_read(http: httpx.Client, session: Session) -> None:
    content = "date\tproduct_id\tproduct_name\tquantity\r\n31/01/2026\trye\tCrème\t5\r\n"
    answer = send(http, content.encode("utf-16"))

    assert answer.status_code == 200, answer.text
    assert sales(session)[0].sold_at == datetime.fromisoformat("2026-01-31")


def test_leftovers_of_a_spreadsheet_do_not_matter(http: httpx.Client, session: Session) -> None:
    content = "\nsep=;\n\ndate;product_id;quantity;;\n2026-01-31;rye;5;;\n;;;;\n"
    answer = send(http, content)

    assert answer.status_code == 200, answer.text
    assert answer.json()["warnings"] == ["Columns without a name were left out"]
    assert [sale.quantity for sale in sales(session)] == [5]
