"""Answers as tables, on narrow terminals too."""

from io import StringIO

import pytest
from rich.console import Console

from client.errors import InvalidInputError
from client.records import JobStatus, ProductStatus
from client.tables import print_jobs, print_notes, print_problem

JOB_ID = "5efd17cb-8dba-4e8e-9aa1-0242ac120002"


def console(width: int) -> Console:
    return Console(file=StringIO(), width=width, highlight=False, markup=False)


def text(shown: Console) -> str:
    assert isinstance(shown.file, StringIO)
    return shown.file.getvalue()


@pytest.mark.parametrize("width", [40, 80, 120])
def test_an_id_is_whole_however_narrow_the_terminal(width: int) -> None:
    shown = console(width)
    job = {
        "job_id": JOB_ID,
        "job_name": "Every product of both shops, again",
        "status": "completed",
    }

    print_jobs(shown, [JobStatus.decode(job)])

    assert JOB_ID in text(shown)


def test_wrong_rows_come_in_the_order_of_the_file() -> None:
    shown = console(100)
    errors = [{"message": "no date", "column": "date", "row": row} for row in (7, 2)]

    print_problem(shown, InvalidInputError(422, {"detail": "Wrong", "errors": errors}))

    assert [line.split()[0] for line in text(shown).splitlines()] == ["Wrong", "row", "2", "7"]


def test_a_reason_that_many_products_share_is_given_once() -> None:
    shown = console(200)
    products = [
        ProductStatus(product_name=f"Bun {number}", status="failed", error_message="No oven")
        for number in range(5)
    ]

    print_notes(shown, products)

    assert text(shown).split() == [
        "Bun",
        "0,",
        "Bun",
        "1,",
        "Bun",
        "2",
        "and",
        "2",
        "more:",
        "No",
        "oven",
    ]
