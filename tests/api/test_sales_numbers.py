"""How tills and spreadsheets write numbers, money and returns: read where clear, else refused."""

import httpx
import pytest
from sqlalchemy.orm import Session

from tests.api.test_sales_import import errors, sales, send


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


def test_a_dash_may_be_none_or_not_known(http: httpx.Client) -> None:
    content = "date,product_id,quantity\n2026-01-05,rye, -   \n"
    told = "may be 0 or not known: write 0, or leave the cell empty"
    assert errors(send(http, content)) == [(2, "quantity", told)]
