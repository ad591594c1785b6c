"""Many rows in one statement: of one table, where each column travels as one array, whatever the
number of rows; or a few of several tables, with what changed of a few others.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    Cast,
    Column,
    ColumnElement,
    DateTime,
    Float,
    FromClause,
    Insert,
    Integer,
    Numeric,
    Select,
    String,
    Table,
    Text,
    Update,
    Uuid,
    bindparam,
    column,
    func,
    inspect,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.types import TypeEngine

from db.base import Base
from db.prepared import repeated


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows of one table, too many to make an object of each: of each column all the values."""

    kind: type[Base]
    values: Mapping[str, Sequence[Any]]


Shape = tuple[type[Base], tuple[str, ...]]
"""Where a row goes, and the columns that are stated for it."""


def rows(**columns: tuple[TypeEngine[Any], Sequence[Any]]) -> FromClause:
    """Columns of equal length as a table to select from."""
    arrays = [
        _array(kind, literal(_sent(kind, values), _sent_as(kind)))
        for kind, values in columns.values()
    ]
    return _table(arrays, {name: kind for name, (kind, _) in columns.items()})


def _table(
    arrays: Sequence[ColumnElement[Any]], kinds: Mapping[str, TypeEngine[Any]]
) -> FromClause:
    named = (column(name, kind) for name, kind in kinds.items())
    return func.unnest(*arrays).table_valued(*named, name="incoming").render_derived()


def insert(session: Session, many: Columns) -> None:
    """Insert the rows, which are no objects of the session."""
    _write(session, [], [], [many])


def insert_added(session: Session) -> None:
    """Insert all that was added to the session in one statement, rows of a table in the order in
    which they were added. None may refer to another one of them. They are no objects of the session
    afterwards, and the database's own defaults are not read back.
    """
    _write(session, _taken_out(session), [])


def write_all(session: Session, many: Sequence[Columns] = ()) -> None:
    """The same together with what changed of the other objects of the session, and with rows that
    are no objects.
    """
    changed = list(session.dirty)
    _write(session, _taken_out(session), changed, many)
    for one in changed:
        for name in inspect(one).committed_state.copy():
            set_committed_value(one, name, getattr(one, name))


def _taken_out(session: Session) -> list[Base]:
    taken = list(session.new)
    for one in taken:
        session.expunge(one)
    return taken


def _write(
    session: Session,
    new: Iterable[Base],
    changed: Iterable[Base],
    many: Sequence[Columns] = (),
) -> None:
    together: defaultdict[Shape, list[Mapping[str, Any]]] = defaultdict(list)
    for one in new:
        stated = _stated(one)
        together[type(one), tuple(stated)].append(stated)
    changes = [((type(one), tuple(values)), values) for one in changed if (values := _changed(one))]
    if not (together or changes or many):
        return
    inserts = [
        Columns(kind, {name: [row[name] for row in alike] for name in names})
        for (kind, names), alike in together.items()
    ] + list(many)
    parameters: dict[str, Any] = {
        _parameter(name, number): _sent(kinds[name], values)
        for number, one in enumerate(inserts)
        for kinds in (_kinds(one.kind),)
        for name, values in one.values.items()
    }
    for number, (_, values) in enumerate(changes, start=len(inserts)):
        parameters |= {_parameter(name, number): value for name, value in values.items()}
    new_shapes = tuple((one.kind, tuple(one.values)) for one in inserts)
    statement = _written(new_shapes, tuple(shape for shape, _ in changes))
    session.connection().execute(statement, parameters)


def _changed(one: Base) -> dict[str, Any]:
    """By column what is to be written of a row that is there, its key first; nothing where all is
    as it was.
    """
    state = inspect(one)
    as_before = state.unmodified
    values = {
        name: getattr(one, attribute)
        for attribute, name, _ in _columns(type(one))
        if attribute not in as_before
    }
    key = state.mapper.primary_key[0].name
    return {key: getattr(one, key), **values} if values else {}


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
def _written(new: tuple[Shape, ...], changed: tuple[Shape, ...]) -> Select[Any]:
    """Made once for rows that look alike, as putting it together takes longer than to run it."""
    writes: list[Insert | Update] = [_insert(number, shape) for number, shape in enumerate(new)]
    writes += [_update(number, shape) for number, shape in enumerate(changed, start=len(new))]
    ctes = (one.cte(f"rows_{number}") for number, one in enumerate(writes))
    return repeated(select(literal(1)).add_cte(*ctes))


def _update(number: int, shape: Shape) -> Update:
    kind, (key, *names) = shape
    table = cast("Table", kind.__table__)
    values = {name: bindparam(_parameter(name, number), type_=table.c[name].type) for name in names}
    return update(table).where(table.c[key] == bindparam(_parameter(key, number))).values(values)


def _insert(number: int, shape: Shape) -> Insert:
    kind, names = shape
    table = cast("Table", kind.__table__)
    kinds = {name: _kinds(kind)[name] for name in names}
    arrays = [
        _array(one, bindparam(_parameter(name, number), type_=_sent_as(one)))
        for name, one in kinds.items()
    ]
    return table.insert().from_select(list(names), select(*_table(arrays, kinds).c))


@cache
def _kinds(kind: type[Base]) -> Mapping[str, TypeEngine[Any]]:
    """Of each column what an array of it holds; one of text with a limit would be cut to it without
    a word.
    """
    columns = cast("Table", kind.__table__).c
    return {one.name: Text() if isinstance(one.type, String) else one.type for one in columns}


_WITHOUT_QUOTES = (DateTime, Float, Integer, Numeric, Uuid)
"""Kinds of which an array travels as one text: the driver makes of a list an expression for each of
its values, which takes PostgreSQL longer to read than to write the rows.
"""


def _sent(kind: TypeEngine[Any], values: Sequence[Any]) -> Any:
    if isinstance(kind, _WITHOUT_QUOTES):
        return f"{{{','.join(['NULL' if value is None else str(value) for value in values])}}}"
    return list(values)


def _sent_as(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return Text() if isinstance(kind, _WITHOUT_QUOTES) else ARRAY(kind, dimensions=1)


def _array(kind: TypeEngine[Any], sent: ColumnElement[Any]) -> ColumnElement[Any]:
    return Cast(sent, ARRAY(kind))


def _parameter(name: str, number: int) -> str:
    return f"{name}__{number}"
