"""A row of a tenant in every table there is, made from the tables themselves."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Column, Table, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from db.schema import metadata

SERVICE_TABLES = {"source_cache", "source_health", "workers"}
"""They hold nothing of one tenant, and tenants have no rights on them."""

TENANT_TABLES = [table for table in metadata.sorted_tables if table.name not in SERVICE_TABLES]

Row = dict[str, Any]
Rows = dict[str, Row]

_FITTING: Mapping[str, Mapping[str, str]] = {
    "kind": {
        "training_job_queue": "products",
        "training_tasks": "product",
        "tenant_calendar": "closure",
        "model_deployments": "auto",
    },
    "ml_task": {"trained_models": "forecast"},
    "outcome": {"consumed_events": "handled"},
    "severity": {"alerts": "low"},
}
"""What checks of the tables accept, where they do not accept any text."""


def add_rows(session: Session, tenant_id: UUID, *, marker: str = "row") -> Rows:
    """One row in each table that belongs to tenants; all its texts begin with the marker."""
    rows: Rows = {}
    for table in TENANT_TABLES:
        new = new_row(table, tenant_id, rows, marker=marker)
        made = session.execute(insert(table).values(new).returning(table)).one()
        rows[table.name] = dict(made._mapping)
    return rows


def new_row(table: Table, tenant_id: UUID, rows: Rows, *, marker: str = "row") -> Row:
    return {
        column.name: _value(table, column, tenant_id, rows, marker)
        for column in table.columns
        if _is_needed(column)
    }


def _is_needed(column: Column[Any]) -> bool:
    """Without it there is no row, or nobody could tell whose it is."""
    has_default = column.server_default is not None or column.identity is not None
    names_owner = column.name in {"tenant_id", "model_id", "product_id"}
    return names_owner or not (column.nullable or has_default)


def _value(table: Table, column: Column[Any], tenant_id: UUID, rows: Rows, marker: str) -> Any:
    if column.name == "tenant_id" or (table.name == "tenants" and column.name == "id"):
        return tenant_id
    for key in column.foreign_keys:
        return rows[key.column.table.name][key.column.name]
    if fitting := _FITTING.get(column.name, {}).get(table.name):
        return fitting
    if isinstance(column.type, JSONB):
        return {}
    limit = getattr(column.type, "length", None) or 30
    values: dict[type, Any] = {
        UUID: uuid4(),
        str: f"{marker}-{uuid4().hex}"[:limit],
        int: 1,
        float: 1.0,
        datetime: datetime(2026, 1, 1),  # noqa: DTZ001  # columns with and without a zone take it
        date: date(2026, 1, 1),
        list: [],
    }
    return values[column.type.python_type]
