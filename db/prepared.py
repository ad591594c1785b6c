"""Statements that every task repeats are prepared: PostgreSQL reads and plans each of them once per
connection, which takes longer than to run it.

Only what is bound when a statement runs is a parameter. What the statement was made with stands in
it as it is, so that the planner sees which partial index fits.

A pooler that gives every transaction another connection would call statements where they are not
prepared. Such a pooler tells its clients of a process that is not the server's: behind it, all
statements travel whole.
"""

from collections.abc import Hashable
from typing import Any, TypeVar, cast

from sqlalchemy import ARRAY, Connection, Dialect, Engine, Executable, String, event
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import NullType, TypeEngine

Statement = TypeVar("Statement", bound=Executable)

_IS_REPEATED = "is_repeated"
_CALLS = "calls_of_prepared_statements"


def repeated(statement: Statement) -> Statement:
    """The statement, which is to be prepared where it runs."""
    return statement.execution_options(**{_IS_REPEATED: True})


def prepare_repeated(engine: Engine) -> None:
    """From now on connections prepare the statements that are marked as repeated."""
    event.listen(engine, "before_cursor_execute", _call_prepared, retval=True)


def _call_prepared(
    connection: Connection,
    cursor: Any,
    statement: str,
    parameters: Any,
    context: Any,
    _is_many: bool,
) -> tuple[str, Any]:
    """What is sent in place of a statement."""
    if not context.execution_options.get(_IS_REPEATED):
        return statement, parameters
    calls = _calls(connection, cursor)
    if calls is None:
        return statement, parameters
    compiled = cast("SQLCompiler", context.compiled)
    bound = {name: bind for bind, name in compiled.bind_names.items() if bind.required}
    made_with = {name: value for name, value in parameters.items() if name not in bound}
    key = (statement, *made_with.values())
    if key not in calls:
        own_name = f"repeated_{len(calls)}"
        kinds = {name: _kind(bind.type, context.dialect) for name, bind in bound.items()}
        preparation = _preparation(own_name, statement, kinds, _literals(cursor, made_with))
        connection.exec_driver_sql(preparation.replace("%", "%%"))
        calls[key] = _call(own_name, kinds)
    return calls[key], parameters


def _calls(connection: Connection, cursor: Any) -> dict[Hashable, str] | None:
    """How to call what the connection has prepared; None where nothing can be."""
    if _CALLS not in connection.info:
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        is_direct = pid == cursor.connection.get_backend_pid()
        connection.info[_CALLS] = {} if is_direct else None
    return cast("dict[Hashable, str] | None", connection.info[_CALLS])


def _preparation(name: str, statement: str, kinds: dict[str, str], literals: dict[str, str]) -> str:
    numbered = {parameter: f"${number}" for number, parameter in enumerate(kinds, start=1)}
    types = f"({', '.join(kinds.values())})" if kinds else ""
    return f"PREPARE {name}{types} AS {statement % (numbered | literals)}"


def _call(name: str, kinds: dict[str, str]) -> str:
    arguments = ", ".join(_argument(parameter, kind) for parameter, kind in kinds.items())
    return f"EXECUTE {name}({arguments})" if kinds else f"EXECUTE {name}"


_UNKNOWN = "unknown"
"""The statement tells PostgreSQL what it is."""


def _argument(parameter: str, kind: str) -> str:
    return f"%({parameter})s" if kind == _UNKNOWN else f"CAST(%({parameter})s AS {kind})"


def _kind(one: TypeEngine[Any], dialect: Dialect) -> str:
    if isinstance(one, NullType):
        return _UNKNOWN
    if isinstance(one, ARRAY):
        return f"{_kind(one.item_type, dialect)}[]"
    if isinstance(one, String):  # with its limit, too long a text would be cut without a word
        return "text"
    return one.compile(dialect)


def _literals(cursor: Any, values: dict[str, Any]) -> dict[str, str]:
    return {name: cursor.mogrify("%s", (value,)).decode() for name, value in values.items()}
