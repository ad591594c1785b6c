"""The page on the data model tells of every table, and of every state that one may hold."""

import re
from pathlib import Path

import pytest
from sqlalchemy import CheckConstraint

from db.schema import metadata

PAGE = (Path(__file__).parents[2] / "docs" / "data-model.md").read_text()
TABLES = PAGE.split("## Tables")[1].split("## ")[0]
TABLE_ROWS = set(re.findall(r"^\| `(\w+)` \| ", TABLES, re.MULTILINE))

STATES = sorted(
    (table.name, *found)
    for table in metadata.tables.values()
    for check in table.constraints
    if isinstance(check, CheckConstraint)
    for found in re.findall(r"^(\w+) IN \((.+)\)$", str(check.sqltext))
)


def test_every_table_has_its_row() -> None:
    assert set(metadata.tables) == TABLE_ROWS


@pytest.mark.parametrize(("table", "column", "values"), STATES)
def test_every_state_is_named(table: str, column: str, values: str) -> None:
    missing = [value for value in re.findall(r"'(\w+)'", values) if f"`{value}`" not in PAGE]
    assert missing == [], f"{table}.{column}"


def test_there_are_states_to_name() -> None:
    assert ("alerts", "severity", "'low', 'medium', 'high'") in STATES
