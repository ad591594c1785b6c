"""Many rows in one statement: of one table, where each column travels as one array, whatever the
number of rows; or a few of several tables.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    Table,
    bindparam,
    column,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from db.base import Base

Shape = tuple[type[Base], tuple[str, ...]]
"""Where a row goes, and the columns that are stated for it."""


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


def insert_together(session: Session, new: Sequence[tuple[type[Base], Mapping[str, Any]]]) -> None:
    """Insert rows of several tables in one statement. None may refer to another one of them, and
    only the database's own defaults fill in what is not stated.
    """
    shapes = tuple((kind, tuple(values)) for kind, values in new)
    parameters = {
        _parameter(name, number): value
        for number, (_, values) in enumerate(new)
        for name, value in values.items()
    }
    session.connection().execute(_insert_together(shapes), parameters)


@lru_cache(maxsize=64)
def _insert_together(shapes: tuple[Shape, ...]) -> Select[Any]:
    """Made once for rows that look alike, as putting it together takes longer than to run it."""
    inserts = []
    for number, (kind, names) in enumerate(shapes):
        table = cast("Table", kind.__table__)
        values = {
            name: bindparam(_parameter(name, number), type_=table.c[name].type) for name in names
        }
        inserts.append(insert(table).values(values).cte(f"row_{number}"))
    return select(literal(1)).add_cte(*inserts)


def _parameter(name: str, number: int) -> str:
    return f"{name}__{number}"
