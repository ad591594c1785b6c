"""What beat sends, and that somebody does it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import celeryconfig
from worker.housekeeping_tasks import housekeeping

ROOT = Path(__file__).parents[2]
START = """
import json, sys
from worker.app import beat
beat.loader.init_worker()
beat.finalize()
print(json.dumps([*beat.conf.beat_schedule]))
print(json.dumps([*sys.modules]))
"""
ENTRIES = celeryconfig.beat_schedule


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_names_a_task_of_housekeeping_and_does_not_pile_up(name: str) -> None:
    entry = ENTRIES[name]

    assert entry["task"] in housekeeping.tasks
    assert celeryconfig.task_routes[entry["task"]] == {"queue": celeryconfig.HOUSEKEEPING_QUEUE}
    assert entry["options"]["expires"] <= entry["schedule"]


@pytest.mark.parametrize(
    ("task", "every_s"),
    [
        (celeryconfig.SWEEP, 5),
        (celeryconfig.TICK_SCHEDULES, 15),
        (celeryconfig.SCORE_FORECASTS, 300),
        (celeryconfig.REFRESH_CATALOGUE, 600),
        (celeryconfig.COLLECT_GARBAGE, 3600),
        (celeryconfig.APPLY_RETENTION, 3600),
    ],
)
def test_what_the_pages_promise_is_sent_so_often(task: str, every_s: float) -> None:
    assert [entry["schedule"] for entry in ENTRIES.values() if entry["task"] == task] == [every_s]


def test_beat_knows_the_entries_and_loads_neither_tasks_nor_database() -> None:
    done = subprocess.run(
        [sys.executable, "-c", START], cwd=ROOT, capture_output=True, text=True, check=True
    )
    entries, loaded = map(json.loads, done.stdout.splitlines())
    assert entries == list(ENTRIES)
    assert not {"db", "sqlalchemy", "worker.housekeeping_tasks"} & set(loaded)
