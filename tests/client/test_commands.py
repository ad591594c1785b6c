"""Each command against the served API: tables for people, JSON for programs, exit codes."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from client import Client
from tests.client.conftest import Run, Tell
from tests.client.peer import http_peer
from tests.fixtures.served import Served

EMPTY = {
    ("products",): "There are no such products.",
    ("calendar",): "Nothing is entered.",
    ("sources",): "No outside source is configured.",
    ("jobs",): "There are no such jobs.",
    ("schedules",): "Nothing repeats.",
    ("models",): "There are no such models.",
    ("analytics",): "From ",
    ("analytics", "accuracy"): "From ",
    ("analytics", "duration"): "From ",
    ("alerts",): "There is nothing to look at.",
    ("retention",): "Models have 0 bytes together",
    ("retention", "--run"): "0 models deleted",
    ("webhooks",): "Nobody is told.",
    ("events",): "No events have come in.",
    ("audit",): "Nothing is written down.",
    ("tenant",): "",
    ("forecasts",): "No product has a forecast in use.",
    ("usage",): "what",
}


@pytest.mark.parametrize("arguments", EMPTY, ids=" ".join)
def test_a_new_business_is_told_how_to_begin(run: Run, arguments: tuple[str, ...]) -> None:
    shown = run(*arguments)
    told = run(*arguments, "--json")

    assert shown.returncode == told.returncode == 0, shown.stderr
    assert shown.stdout.startswith(EMPTY[arguments])
    assert isinstance(json.loads(told.stdout), list | dict)


def test_the_catalogue_and_the_calendar(run: Run, tell: Tell) -> None:
    added = run("products", "add", "BUN", "--name", "Bun", "--category", "Bread")
    assert added.stdout.startswith("Bun (SKU BUN, id ")
    changed = tell("products", "change", "BUN", "--category", "", "--inactive")
    assert (changed["category"], changed["is_active"], changed["name"]) == (None, False, "Bun")
    assert "Bun (inactive)" in run("products", "--search", "bu").stdout
    assert tell("products", "--active") == []
    assert tell("products", "show", "BUN")["sku"] == "BUN"

    entry = tell("calendar", "add", "closure", "Holidays", "2026-08-01", "2026-08-14")
    assert "2026-08-01  2026-08-14" in run("calendar", "--kind", "closure").stdout
    changed = tell("calendar", "change", entry["id"], "--to", "2026-08-16")
    assert changed == entry | {"ends_on": "2026-08-16"}
    assert tell("calendar", "delete", entry["id"]) is None
    assert run("products", "delete", "BUN").stdout == "BUN is deleted.\n"
    assert run("products", "show", "BUN").returncode == 4


def test_a_schedule_is_made_changed_and_run(run: Run, tell: Tell, studio: Client) -> None:
    studio.catalogue.create("BUN")
    made = tell(
        "schedules", "create", "Nightly", "0 3 * * *", "--product", "BUN", "--set", "force=true"
    )
    assert made["request"] == {"products": ["BUN"], "force": True}

    studio.catalogue.change("BUN", category="Bread")
    changed = tell("schedules", "change", "Nightly", "--category", "Bread")
    assert changed["request"] == {"categories": ["Bread"], "force": True}
    assert "Trains Bread; force=true" in run("schedules", "show", "Nightly").stdout
    changed = tell("schedules", "change", "Nightly", "--product", "BUN", "--set", "priority=4")
    assert changed["request"] == {"products": ["BUN"], "force": True, "priority": 4}
    tell("schedules", "change", "Nightly", "--name", "Daily")
    assert "paused" in run("schedules", "pause", "Daily").stdout
    assert "paused" in run("schedules").stdout
    assert run("schedules", "resume", "Daily").stdout.startswith("Daily: 0 3 * * * (")
    job = tell("schedules", "run", "Daily")
    assert job["job_id"] in run("jobs", "--trigger", "schedule").stdout
    assert run("stop", job["job_id"]).stdout == "1 waiting task cancelled, 0 running.\n"
    assert run("schedules", "delete", "Daily").stdout == "Daily is deleted.\n"
    refused = run("schedules", "create", "Never", "at noon")
    assert refused.returncode == 4
    assert "five fields" in refused.stderr


def test_a_job_with_every_option_and_what_becomes_of_it(
    run: Run, tell: Tell, studio: Client
) -> None:
    studio.catalogue.create("BUN")
    options = ("--force", "--priority", "3", "--set", "prophet_interval_width=0.9")
    assert "these categories: 'Cake'" in run("train", "--category", "Cake", "--no-watch").stderr
    job = tell("train", "BUN", "--no-watch", "--name", "Mine", *options)["job_id"]

    request = tell("status", job)["request"]
    assert (request["force"], request["prophet_interval_width"]) == (True, 0.9)
    assert "BUN" in run("status", job, "--state", "pending").stdout
    assert run("delete-job", job).returncode == 4
    run("stop", job)
    again = tell("retry", job)["job_id"]
    run("stop", again)
    assert run("logs", again).returncode == 0
    assert [one["job_id"] for one in tell("jobs", "--name", "mine", "--ascending")] == [job, again]
    assert "is forgotten. Kept of it: 0 models" in run("delete-job", job).stdout
    assert run("watch", again, "--json").returncode == 1


def test_a_setting_without_a_value_is_wrong_usage(run: Run) -> None:
    assert run("train", "--set", "prophet_verbose").returncode == 2


def test_the_business_and_its_webhooks(run: Run, tell: Tell) -> None:
    place = ("--place", "48.85", "2.35")
    told = tell("tenant", "set", "--country", "FR", *place, "--default", "horizon_days=30")
    assert (told["country"], told["training_defaults"]) == ("FR", {"horizon_days": 30})
    told = tell("tenant", "set", "--default", "algorithm=drift", "--quota", "max_products=9")
    assert told["training_defaults"] == {"horizon_days": 30, "algorithm": "drift"}
    assert told["quotas"]["max_products"] == 9
    assert tell("tenant", "set", "--country", "")["country"] is None

    created = run("webhooks", "create", "https://127.0.0.1/hook", "--event", "training_failed")
    assert "Secret: whsec_" in created.stdout
    (webhook,) = tell("webhooks")
    assert "whsec_" not in run("webhooks").stdout
    assert tell("webhooks", "new-secret", webhook["id"])["secret"]
    assert "is on its way" in run("webhooks", "test", webhook["id"]).stdout
    assert "webhook_test" in run("webhooks", "deliveries", webhook["id"]).stdout
    assert tell("webhooks", "pause", webhook["id"])["is_active"] is False
    assert run("webhooks", "delete", webhook["id"]).returncode == 0
    assert "ada" in run("audit", "--subject-type", "webhook", "--limit", "2").stdout


def test_a_missing_scope_is_a_refusal(run: Run) -> None:
    done = run("train", "--no-watch", scope="read")

    assert done.returncode == 4
    assert "scope train" in done.stderr


def test_a_text_that_is_no_token_is_wrong_usage(served: Served) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "client.cli", "jobs", "--url", served.url],
        env=os.environ | {"MODEL_STUDIO_TOKEN": "two words"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 2
    assert "MODEL_STUDIO_TOKEN" in done.stderr


def test_a_long_list_is_read_over_its_pages(run: Run) -> None:
    def page(first: int, last: int, cursor: str | None) -> tuple[int, dict[str, Any]]:
        items = [{"job_id": f"job-{number}"} for number in range(first, last)]
        return 200, {"items": items, "next_cursor": cursor}

    with http_peer(page(0, 200, "more"), page(200, 400, None)) as peer:
        done = run("jobs", "--limit", "201", "--json", "--url", peer.url)

    assert [one["job_id"] for one in json.loads(done.stdout)][-1] == "job-200"
    assert "cursor=more" in peer.requests[1][1]
