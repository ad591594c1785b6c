"""Answers as tables, on narrow terminals too."""

import re
from io import StringIO

import pytest
from rich.console import Console

from client.commands.tenant import print_audit
from client.commands.totals import print_totals
from client.errors import InvalidInputError
from client.records import JobStatus, Model, ProductStatus
from client.resources.tenant import AuditEntry
from client.resources.totals import Totals
from client.tables import print_jobs, print_models, print_notes, print_problem

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


@pytest.mark.parametrize(("width", "has_counts"), [(80, False), (120, True)])
def test_a_narrow_terminal_has_room_for_the_moment_of_a_job(
    width: int, *, has_counts: bool
) -> None:
    shown = console(width)
    job = {
        "job_id": JOB_ID,
        "job_name": "Weekly",
        "status": "completed",
        "products_total": 3,
        "products_completed": 3,
        "created_at": "2026-01-30T12:00:00Z",
    }

    print_jobs(shown, [JobStatus.decode(job)])

    head, row = text(shown).splitlines()
    assert ("trained" in head) == has_counts
    assert re.search(r"completed +(3 of 3 +)?2026-01-30 \d\d:\d\d$", row.rstrip())


@pytest.mark.parametrize(("width", "has_algorithm"), [(80, False), (120, True)])
def test_a_narrow_terminal_has_room_for_what_counts_of_a_model(
    width: int, *, has_algorithm: bool
) -> None:
    shown = console(width)
    model = {
        "id": JOB_ID,
        "model_id": "model-20260130-a1b2c3d4e5f60718",
        "name": "Sourdough",
        "algorithm": "seasonal_naive",
        "metrics": {"mase": 0.91, "wape": 0.123},
        "is_deployed": True,
        "created_at": "2026-01-30T12:00:00Z",
    }

    print_models(shown, [Model.decode(model)])

    row = text(shown).splitlines()[-1].split()
    told = ["model-20260130-a1b2c3d4e5f60718", "Sourdough", "0.91", "12.3", "%", "yes"]
    assert [cell for cell in row if cell != "seasonal_naive"] == [*told, "2026-01-30"]
    assert ("seasonal_naive" in row) == has_algorithm


def test_the_audit_trail_names_things_by_their_whole_id() -> None:
    shown = console(80)
    entry = {
        "id": 1,
        "actor": "everybody",
        "action": "start",
        "subject_type": "job",
        "subject_id": JOB_ID,
        "created_at": "2026-01-30T12:00:00Z",
    }

    print_audit(shown, [AuditEntry.decode(entry)])

    head, row = text(shown).splitlines()
    assert head.split() == ["when", "who", "did", "which", "name"]
    assert row.split()[2:] == ["everybody", "start", JOB_ID, "–"]


def test_what_is_in_no_total_is_told_once_for_each_reason() -> None:
    shown = console(200)
    left_out = [
        {"product_name": f"Bun {number}", "reason": "Its forecast is weekly, not daily"}
        for number in range(9)
    ]
    totals = Totals.decode({"totals": [{"products": 1, "forecast": []}], "left_out": left_out})

    print_totals(shown, totals, category=None, days=7)

    told = "Left out: Bun 0, Bun 1, Bun 2 and 6 more. Its forecast is weekly, not daily"
    assert text(shown).splitlines()[-1] == told


def test_wrong_rows_are_told_with_their_place() -> None:
    shown = console(100)
    errors = [{"message": "no date", "row": 2, "sheet": "March"}]

    print_problem(shown, InvalidInputError(422, {"detail": "Wrong", "errors": errors}))

    assert [line.split()[:2] for line in text(shown).splitlines()] == [
        ["Wrong"],
        ["sheet", "row"],
        ["March", "2"],
    ]


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
