"""Workbooks of which several sheets hold sales: a sheet for each month, or for each shop."""

from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy.orm import Session

from api.sales.media_types import XLSX
from tests.api.test_sales_import import sales, send
from tests.api.workbooks import workbook

Rows = list[tuple[object, ...]]
HEADER = ("Datum", "Artikel", "Menge")
JANUARY, FEBRUARY = (datetime.fromisoformat(f"2026-0{month}-01") for month in (1, 2))


def table(first: datetime, *quantities: float, header: tuple[str, ...] = HEADER) -> Rows:
    """Of rye, day by day."""
    days = (first + timedelta(days=day) for day in range(len(quantities)))
    rows = zip(days, quantities, strict=True)
    return [header, *((day, "Rye", sold) for day, sold in rows)]


def wide(first: datetime, *products: str, sold: int = 5) -> Rows:
    """A column for each product."""
    days = [first + timedelta(days=day) for day in range(2)]
    return [("Tag", *products), *((day, *[sold + day.day] * len(products)) for day in days)]


def across(first: datetime, sold: int) -> Rows:
    """A column for each day."""
    return [("Artikel", first, first + timedelta(days=1)), ("Rye", sold, sold + 1)]


def imported(http: httpx.Client, *sheets: Rows, names: list[str]) -> list[str]:
    """What is told of the file."""
    answer = send(http, workbook(*sheets, names=names), XLSX)
    assert answer.status_code == 200, answer.text
    warnings: list[str] = answer.json()["warnings"]
    return warnings


def refusal(http: httpx.Client, *sheets: Rows, names: list[str]) -> str:
    answer = send(http, workbook(*sheets, names=names), XLSX)
    assert answer.status_code == 422, answer.text
    return str(answer.json()["detail"])


def test_sheets_of_months_are_read_together(http: httpx.Client, session: Session) -> None:
    january: Rows = [*table(JANUARY, 5, 7), ("Summe", None, 12)]
    february: Rows = [("Menge", "Datum", "Artikel"), (3, FEBRUARY, "Rye")]
    notes: Rows = [("Our shop",)]
    warnings = imported(http, january, february, [HEADER], notes, names=["1", "2", "3", "Notes"])

    assert warnings[0] == (
        "The sheets “1”, “2”, “3” of the workbook were read together; not read: “Notes”"
    )
    assert "What sums up others was left out: row “1” 4" in warnings
    assert {(sale.sold_at, sale.quantity) for sale in sales(session)} == {
        (JANUARY, 5),
        (JANUARY + timedelta(days=1), 7),
        (FEBRUARY, 3),
    }


def test_sheets_of_shops_are_added_up(http: httpx.Client, session: Session) -> None:
    warnings = imported(http, table(JANUARY, 5, 7), table(JANUARY, 1, 2), names=["North", "South"])

    assert warnings[-1] == "Rows of the same product and date were added up: 2 rows more than dates"
    assert {sale.quantity for sale in sales(session)} == {6, 9}


def test_products_come_and_go_beside_days(http: httpx.Client, session: Session) -> None:
    sheets = wide(JANUARY, "Rye", "Bun"), wide(FEBRUARY, "Bun", "Cake", sold=8)
    warnings = imported(http, *sheets, names=["Januar", "Februar"])

    assert warnings[1].endswith(": Rye, Bun, Cake")
    assert len(sales(session)) == 8


def test_each_sheet_has_days_of_its_own_beside_products(
    http: httpx.Client, session: Session
) -> None:
    imported(http, across(JANUARY, 5), across(FEBRUARY, 7), names=["Januar", "Februar"])

    assert [sale.quantity for sale in sales(session)] == [5, 6, 7, 8]


@pytest.mark.parametrize(
    ("one", "other", "names", "told"),
    [
        (
            table(JANUARY, 5),
            table(FEBRUARY, 6, header=("Datum", "Artikel", "Stück")),
            ["1", "2"],
            "The sheets “1”, “2” of the workbook both hold sales, but in different columns (only"
            " one has “menge”, “stück”)",
        ),
        (
            wide(JANUARY, "Rye", "Bun"),
            wide(JANUARY, "Ann", "Bob"),
            ["1", "2"],
            "only one has “Ann”",
        ),
        (wide(JANUARY, "Rye", "Bun"), across(FEBRUARY, 5), ["1", "2"], "different columns"),
        (wide(JANUARY, "A", "B"), wide(JANUARY, "A", "B", sold=9), ["Menge", "Umsatz"], "By their"),
        (table(JANUARY, 5), table(JANUARY, 1), ["Verkauf", "Retouren"], "hold different things"),
        (
            table(JANUARY, 5, 6),
            table(JANUARY, 5, 6),
            ["1", "1 (2)"],
            "“1”, “1 (2)” of the workbook",
        ),
        (table(JANUARY, 5, 6), table(JANUARY, 11), ["Days", "Months"], "as much as all others"),
    ],
    ids=["names", "staff", "other way", "money", "returns", "a copy", "sums"],
)
def test_sheets_that_are_no_parts_of_one_table_are_refused(
    http: httpx.Client, session: Session, one: Rows, other: Rows, names: list[str], told: str
) -> None:
    assert told in refusal(http, one, other, names=names)
    assert sales(session) == []


def test_the_sum_of_all_other_sheets_is_refused(http: httpx.Client) -> None:
    year = [*table(JANUARY, 5, 6), *table(FEBRUARY, 7)[1:]]
    sheets = table(JANUARY, 5, 6), table(FEBRUARY, 7), year

    assert refusal(http, *sheets, names=["1", "2", "2026"]).startswith("The sheet “2026” of the")


def test_the_first_of_many_sheets_are_named(http: httpx.Client) -> None:
    sheets = [table(JANUARY + timedelta(weeks=week), 5, week) for week in range(22)]
    warnings = imported(http, *sheets, names=[f"Week {week}" for week in range(22)])

    assert warnings[0].endswith("“Week 19” and 2 more of the workbook were read together")


def test_hidden_sheets_are_not_read(http: httpx.Client, session: Session) -> None:
    content = workbook(table(JANUARY, 5), table(JANUARY, 5), hidden=[1])

    assert send(http, content, XLSX).json()["warnings"][0].startswith("These columns were read")
    assert [sale.quantity for sale in sales(session)] == [5]


def test_a_wrong_cell_is_told_with_its_sheet(http: httpx.Client) -> None:
    february = [*table(FEBRUARY, 7), (FEBRUARY, "Rye", "x"), ("31.02.2026", "Rye", 3)]
    march = [HEADER, ("31.02.2026", "Rye", 3)]
    sheets = table(JANUARY, 5), february, march
    answer = send(http, workbook(*sheets, names=["1", "2", "3"]), XLSX)

    places = [(one["sheet"], one["row"], one["column"]) for one in answer.json()["errors"]]
    assert places == [("2", 3, "menge"), ("2", 4, "datum"), ("3", 2, "datum")]
    assert "The first is sheet “2”, row 3, column menge" in answer.json()["detail"]


def test_returns_are_told_with_their_sheet(http: httpx.Client, session: Session) -> None:
    january: Rows = [*table(JANUARY, 5), (FEBRUARY, "Rye", -3)]
    warnings = imported(http, january, table(FEBRUARY, 1), names=["1", "2"])

    told = "More came back than was sold at that time, which counts as 0: row “1” 3"
    assert told in warnings
    assert [sale.quantity for sale in sales(session)] == [5, 0]


def test_months_that_sell_the_same_are_no_copies(http: httpx.Client, session: Session) -> None:
    imported(http, table(JANUARY, 5, 7), table(FEBRUARY, 5, 7), names=["1", "2"])

    assert len(sales(session)) == 4


def test_sheets_on_which_nothing_was_sold_sum_up_nothing(
    http: httpx.Client, session: Session
) -> None:
    """A shop that was closed in the first months."""
    weeks = [
        table(JANUARY + timedelta(weeks=week), *[0.0] * days) for week, days in enumerate([1, 3, 4])
    ]

    imported(http, *weeks, names=["1", "2", "3"])

    assert len(sales(session)) == 8


def test_products_that_mostly_came_back_count_in_what_sheets_sum_up(http: httpx.Client) -> None:
    """The last sheet has the sales of all others, but none of the returns of oats."""
    rye, again = table(JANUARY, 5, 7, 9), table(FEBRUARY, 4, 8, 9)
    oats: Rows = [(JANUARY, "Oats", 2), (JANUARY, "Oats", -9)]
    summed: Rows = [HEADER, (FEBRUARY, "Rye", 42)]

    imported(http, [*rye, *oats], again, summed, names=["1", "2", "3"])
