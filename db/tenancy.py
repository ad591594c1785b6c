"""Whose rows a transaction may touch: the second wall between tenants, kept by PostgreSQL itself.

The queries name the tenant; row-level security (migration r0004) makes sure that one which forgets
to still finds nothing of others. Every transaction begins in the scope of its context:

- `as_tenant(id)`: under the application role, which sees the rows of this tenant and may write no
  others. Bound around each request once its caller is known, and around the work of a task.
- `as_system()`: under the owner of the tables, who sees everything. Asked for by name where a
  process works for all tenants: telemetry, readiness, the relay, the first row of a new tenant.
- nothing bound: what the process decides. Workers, beat and commands are the system; the API wraps
  its sessions in `closed`, so that there whoever was not recognised sees nothing at all.

The scope is a context variable: each thread and each greenlet has its own, and a new thread starts
without one. It is read when a transaction begins, set with one statement, and ends with the
transaction; savepoints inherit it, and a pooled connection never carries it on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from db.prepared import repeated

APPLICATION_ROLE = "model_studio_app"
TENANT_SETTING = "model_studio.tenant_id"

# Text, as every transaction begins with it: putting it together would take longer than to run it.
_ENTERING = repeated(
    text(f"SELECT set_config('role', :role, true), set_config('{TENANT_SETTING}', :tenant, true)")
)

_UNBOUND = "scope_when_unbound"


@dataclass(frozen=True, slots=True)
class Scope:
    """No role is the owner of the tables; a role without a tenant sees no row."""

    role: str | None
    tenant_id: UUID | None = None


SYSTEM = Scope(None)
NOBODY = Scope(APPLICATION_ROLE)

_bound: ContextVar[Scope | None] = ContextVar("tenant_scope", default=None)


@contextmanager
def as_tenant(tenant_id: UUID) -> Iterator[None]:
    """Transactions that begin inside the block see and write the rows of this tenant only."""
    with _within(Scope(APPLICATION_ROLE, tenant_id)):
        yield


@contextmanager
def as_system() -> Iterator[None]:
    """Transactions that begin inside the block see and write everything."""
    with _within(SYSTEM):
        yield


def bind_tenant(tenant_id: UUID) -> None:
    """As `as_tenant`, from now until `unbind`: for hooks that cannot be a block."""
    _bound.set(Scope(APPLICATION_ROLE, tenant_id))


def unbind() -> None:
    _bound.set(None)


@contextmanager
def across_tenants(session: Session) -> Iterator[None]:
    """The block reads the rows of all tenants in a transaction that has begun for one.

    For figures that only make sense over everybody, such as a place in the line.
    """
    scope = _scope_of(session)
    if scope is SYSTEM:
        yield
        return
    connection = session.connection()
    _enter(connection, SYSTEM)
    try:
        yield
    except BaseException:
        session.rollback()  # a transaction that stays open must not stay open to everything
        raise
    _enter(connection, scope)


def closed(sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    """The same sessions, which see nothing where neither a tenant nor the system is bound."""
    return sessionmaker(class_=sessions.class_, **(sessions.kw | {"info": {_UNBOUND: NOBODY}}))


def enforce(sessions: sessionmaker[Session]) -> None:
    """From now on the transactions of these sessions begin in the scope of their context."""
    event.listen(sessions, "after_begin", _begin)


def _begin(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    scope = _scope_of(session)
    if not transaction.nested and scope is not SYSTEM:
        _enter(connection, scope)


def _scope_of(session: Session) -> Scope:
    bound = _bound.get()
    return bound if bound is not None else session.info.get(_UNBOUND, SYSTEM)


def _enter(connection: Connection, scope: Scope) -> None:
    tenant = "" if scope.tenant_id is None else str(scope.tenant_id)
    connection.execute(_ENTERING, {"role": scope.role or "none", "tenant": tenant})


@contextmanager
def _within(scope: Scope) -> Iterator[None]:
    token = _bound.set(scope)
    try:
        yield
    finally:
        _bound.reset(token)
