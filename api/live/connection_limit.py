"""How many WebSockets a tenant has open in this process."""

import threading
from collections import Counter
from uuid import UUID

from api.errors import TooManyConnectionsError


class ConnectionLimit:
    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[UUID] = Counter()
        self._lock = threading.Lock()

    def take(self, tenant_id: UUID) -> None:
        """Count one more; raises `TooManyConnectionsError` at the limit."""
        with self._lock:
            if self._open[tenant_id] >= self._most:
                raise TooManyConnectionsError(
                    f"There are {self._most} WebSocket connections open already, which is"
                    " WEBSOCKET_MAX_CONNECTIONS; close one and try again"
                )
            self._open[tenant_id] += 1

    def give_back(self, tenant_id: UUID) -> None:
        with self._lock:
            self._open[tenant_id] -= 1
            if not self._open[tenant_id]:
                del self._open[tenant_id]

    def counts(self) -> dict[UUID, int]:
        """Open connections by tenant."""
        with self._lock:
            return dict(self._open)
