"""Many rows in one statement: of one table, where each column travels as one array, whatever the
number of rows; or a few of several tables.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    FromClause,
    Insert,
    Select,
    String,
    Table,
    Text,
    bindparam,
    column,
    func,
    insert,
    inspect,
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


def insert_added(session: Session) -> None:
    """Insert all that was added to the session in one statement, rows of a table in the order in
    which they were added. None may refer to another one of them. They are no objects of the session
    afterwards, and the database's own defaults are not read back.
    """
    together: defaultdict[Shape, list[Mapping[str, Any]]] = defaultdict(list)
    for one in list(session.new):
        session.expunge(one)
        stated = _stated(one)
        together[type(one), tuple(stated)].append(stated)
    if together:
        columns = {
            _parameter(name, number): [row[name] for row in alike]
            for number, ((_, names), alike) in enumerate(together.items())
            for name in names
        }
        session.connection().execute(_insert_together(tuple(together)), columns)


def _stated(one: Base) -> dict[str, Any]:
    """By column what the object says, or what Python makes where it says nothing."""
    said = vars(one)
    stated = {}
    for attribute, name, make in _columns(type(one)):
        if attribute in said:
            stated[name] = said[attribute]
        elif make is not None:
            stated[name] = make(None)
    return stated


@cache
def _columns(kind: type[Base]) -> Sequence[tuple[str, str, Callable[[None], Any] | None]]:
    """Of each column the attribute, the name, and what makes a value."""
    columns = [(one.key, cast("Column[Any]", one.columns[0])) for one in inspect(kind).column_attrs]
    return [
        (attribute, one.name, None if one.default is None else cast("Any", one.default).arg)
        for attribute, one in columns
    ]


@lru_cache(maxsize=64)
def _insert_together(shapes: tuple[Shape, ...]) -> Select[Any]:
    """Made once for rows that look alike, as putting it together takes longer than to run it."""
    inserts = (_insert(number, shape) for number, shape in enumerate(shapes))
    return select(literal(1)).add_cte(*(one.cte(f"rows_{n}") for n, one in enumerate(inserts)))


def _insert(number: int, shape: Shape) -> Insert:
    kind, names = shape
    table = cast("Table", kind.__table__)
    kinds = {name: _of_array(table.c[name].type) for name in names}
    arrays = [
        bindparam(_parameter(name, number), type_=ARRAY(one, dimensions=1))
        for name, one in kinds.items()
    ]
    return insert(table).from_select(list(names), select(*_table(arrays, kinds).c))


def _of_array(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """An array of text with a limit would be cut to it without a word."""
    return Text() if isinstance(kind, String) else kind


def _parameter(name: str, number: int) -> str:
    return f"{name}__{number}"
