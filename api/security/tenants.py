"""The tenants that this process has met: each has its row, and perhaps a rate limit of its own."""

import threading
import time
from dataclasses import dataclass
from uuid import UUID

from db.engine import Sessions
from db.operation import tenants
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
        with as_system(), self._sessions.begin() as session:
            own_limit = tenants.requests_per_minute(session, tenant_id)
        return KnownTenant(tenant_id, own_limit, time.monotonic())
