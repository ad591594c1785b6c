"""The tenants that this process has met: each has its row, and perhaps a rate limit of its own."""

import threading
import time
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from db.engine import Sessions
from db.tables import Tenant
from db.tenancy import as_system

KEEP_S = 30.0
_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class KnownTenant:
    id: UUID
    requests_per_minute: int | None
    seen_at: float


class KnownTenants:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._known: dict[UUID, KnownTenant] = {}
        self._lock = threading.Lock()

    def admit(self, tenant_id: UUID) -> KnownTenant:
        """The tenant, whose row is made when it is seen for the first time."""
        known = self._known.get(tenant_id)
        if known is None or time.monotonic() - known.seen_at > KEEP_S:
            known = self._look_up(tenant_id)
            with self._lock:
                if len(self._known) >= _MOST_REMEMBERED:
                    self._known.clear()
                self._known[tenant_id] = known
        return known

    def _look_up(self, tenant_id: UUID) -> KnownTenant:
        own_limit = select(Tenant.requests_per_minute).where(Tenant.id == tenant_id)
        with as_system(), self._sessions.begin() as session:
            row = session.execute(own_limit).one_or_none()
            if row is None:
                new = insert(Tenant).values(id=tenant_id, name=f"Tenant {tenant_id}")
                session.execute(new.on_conflict_do_nothing())
        return KnownTenant(tenant_id, row[0] if row else None, time.monotonic())
