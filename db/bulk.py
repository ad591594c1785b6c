"""Many rows in one statement: each column travels as one array, whatever the number of rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, FromClause, bindparam, column, func, literal
from sqlalchemy.types import TypeEngine


def rows(**columns: tuple[TypeEngine[Any], Sequence[Any]]) -> FromClause:
    """Columns of equal length as a table to select from."""
    arrays = [literal(list(values), ARRAY(kind)) for kind, values in columns.values()]
    return _table(arrays, {name: kind for name, (kind, _) in columns.items()})


def coming_rows(**kinds: TypeEngine[Any]) -> FromClause:
    """The same for a statement that is made once: each column is a parameter of its name."""
    arrays = [bindparam(name, type_=ARRAY(kind)) for name, kind in kinds.items()]
    return _table(arrays, kinds)


def _table(
    arrays: Sequence[ColumnElement[Any]], kinds: Mapping[str, TypeEngine[Any]]
) -> FromClause:
    named = (column(name, kind) for name, kind in kinds.items())
    return func.unnest(*arrays).table_valued(*named, name="incoming").render_derived()
