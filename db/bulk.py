"""Many rows in one statement: each column travels as one array, whatever the number of rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, FromClause, column, func, literal
from sqlalchemy.types import TypeEngine


def rows(**columns: tuple[TypeEngine[Any], Sequence[Any]]) -> FromClause:
    """Columns of equal length as a table to select from."""
    arrays = (literal(list(values), ARRAY(kind)) for kind, values in columns.values())
    named = (column(name, kind) for name, (kind, _) in columns.items())
    return func.unnest(*arrays).table_valued(*named, name="incoming").render_derived()
