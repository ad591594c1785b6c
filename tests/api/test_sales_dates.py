"""How tills and spreadsheets write dates: read where clear, else refused."""

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
        "The rows have times within the hour, as receipts have: what they sold was added up day by"
        " day. For a forecast of hours, write whole ones, such as 14:00",
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


def test_what_was_sold_in_a_month_is_its_first_day(http: httpx.Client, session: Session) -> None:
    content = "Producto,enero de 2026,febrero de 2026\nPan,300,280\nRosca,20,31\n"

    assert send(http, content).status_code == 200
    assert sorted(set(days(session))) == ["2026-01-01 00:00", "2026-02-01 00:00"]


def test_sales_of_days_to_come_are_worth_a_warning(http: httpx.Client) -> None:
    content = "date,product_id,quantity,price\n2026-01-05,rye,3,2\n2099-02-01,rye,{},2\n"
    assert send(http, content.format("")).json()["warnings"] == []
    assert send(http, content.format(5)).json()["warnings"] == [
        "Days that are still to come have sales, up to 2099-02-01; check their dates: 1 row"
    ]
