"""How many watching connections a tenant has open, in all processes of the API on all hosts.

Redis knows who holds a place. While it is away each process counts for itself, and tells it
afterwards.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from uuid import UUID, uuid4

from api.errors import TooManyConnectionsError
from core.shared_places import SharedPlaces

Kind = Literal["socket", "events", "poll"]
HOLD_S = 45
"""For so long a killed process keeps what it held."""
_RENEW_EVERY_S = HOLD_S / 3


class ConnectionLimit:
    """Its thread begins with the first connection, so after the server has forked."""

    def __init__(self, most: int, shared: SharedPlaces | None = None) -> None:
        self._most = most
        self._shared = shared
        self._counts: Counter[UUID] = Counter()
        self._held: dict[str, UUID] = {}
        self._lock = threading.Lock()
        self._is_renewing = False

    def take(self, tenant_id: UUID, kind: Kind = "socket") -> str:
        """A place; raises `TooManyConnectionsError` when all are taken."""
        place = f"{kind}:{uuid4().hex}"
        with self._lock:
            if self._counts[tenant_id] >= self._most:
                raise self._too_many()
            self._counts[tenant_id] += 1
            self._begin_renewing()
        if self._shared and self._shared.take(str(tenant_id), place, self._most) is False:
            self._uncount(tenant_id)
            raise self._too_many()
        with self._lock:
            self._held[place] = tenant_id
        return place

    def give_back(self, place: str) -> None:
        with self._lock:
            tenant_id = self._held.pop(place)
        self._uncount(tenant_id)
        if self._shared:
            self._shared.give_back(str(tenant_id), place)

    def _uncount(self, tenant_id: UUID) -> None:
        with self._lock:
            self._counts[tenant_id] -= 1
            if not self._counts[tenant_id]:
                del self._counts[tenant_id]

    @contextmanager
    def hold(self, tenant_id: UUID, kind: Kind) -> Iterator[None]:
        place = self.take(tenant_id, kind)
        try:
            yield
        finally:
            self.give_back(place)

    def counts(self) -> dict[tuple[str, str], int] | None:
        """Open connections of all processes by tenant and kind; None when Redis does not tell."""
        if self._shared:
            return self._shared.counts()
        with self._lock:
            held = [(str(who), place.partition(":")[0]) for place, who in self._held.items()]
        return dict(Counter(held))

    def _too_many(self) -> TooManyConnectionsError:
        return TooManyConnectionsError(
            f"{self._most} trainings are watched already, as many as may be at once"
            " (WEBSOCKET_MAX_CONNECTIONS); close a page that shows one, and try again"
        )

    def _begin_renewing(self) -> None:
        if self._shared and not self._is_renewing:
            self._is_renewing = True
            threading.Thread(
                target=self._renew, args=(self._shared,), name="connections", daemon=True
            ).start()

    def _renew(self, shared: SharedPlaces) -> None:
        pause = threading.Event()
        while not pause.wait(_RENEW_EVERY_S):
            with self._lock:
                held = dict(self._held)
            groups: dict[str, list[str]] = {}
            for place, tenant_id in held.items():
                groups.setdefault(str(tenant_id), []).append(place)
            shared.renew(groups)
            with self._lock:
                given_back_meanwhile = held.keys() - self._held.keys()
            for place in given_back_meanwhile:
                shared.give_back(str(held[place]), place)
