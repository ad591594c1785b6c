"""What watchers of all API processes get, whichever process Prometheus happens to ask."""

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate
from typing import TypeVar
from uuid import UUID

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from api.live.connection_limit import ConnectionLimit, Kind
from core.shared_counters import SharedCounters

Family = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily
TenantLabels = Callable[[], Callable[[str], str]]
"""Asked once per scrape, gives what turns the id of a tenant into its label."""

Key = TypeVar("Key")

LAG_BUCKETS_MS = (10, 50, 100, 250, 500, 1000, 2500, 5000, 10000)
_FLUSH_EVERY_S = 2.0
_CONNECTIONS = {
    "socket": ("training_websocket_connections", "Active WebSocket connections"),
    "events": ("training_event_stream_connections", "Active Server-Sent Events connections"),
    "poll": ("training_long_polls", "Polls that wait for progress"),
}
_MESSAGES = {
    "socket": ("training_websocket_messages", "Total WebSocket messages sent"),
    "events": ("training_event_stream_messages", "Total Server-Sent Events sent"),
}


class LiveTelemetry(Collector):
    """Without Redis its series are missing, not wrong. Its thread begins with the first count."""

    def __init__(
        self, counters: SharedCounters, connections: ConnectionLimit, tenant_labels: TenantLabels
    ) -> None:
        self._counters = counters
        self._connections = connections
        self._tenant_labels = tenant_labels
        self._lock = threading.Lock()
        self._is_flushing = False
        self._stop = threading.Event()

    def count_messages(self, kind: Kind, tenant_id: UUID, types: Mapping[str, int]) -> None:
        self._add({f"{kind}|{tenant_id}|{what}": count for what, count in types.items()})

    def note_lag(self, seconds: float) -> None:
        """How long after it was written down a message was ready for the watchers."""
        milliseconds = round(1000 * seconds)
        bucket = bisect_left(LAG_BUCKETS_MS, milliseconds)
        self._add({f"lag|{bucket}": 1, "lag_ms": milliseconds})

    def close(self) -> None:
        """Hand over what was counted since the last time."""
        self._stop.set()
        self._counters.flush()

    def describe(self) -> Iterable[Family]:
        """Nothing: registering must not ask Redis."""
        return ()

    def collect(self) -> Iterator[Family]:
        connections, counters = self._connections.counts(), self._counters.totals()
        if connections is None or counters is None:
            return
        label = self._tenant_labels()
        for kind, (name, description) in _CONNECTIONS.items():
            gauge = GaugeMetricFamily(name, description, labels=["tenant_id"])
            open_now = ((label(who), count) for (who, k), count in connections.items() if k == kind)
            for tenant, count in _added_up(open_now).items():
                gauge.add_metric([tenant], count)
            yield gauge
        for kind, (name, description) in _MESSAGES.items():
            counter = CounterMetricFamily(name, description, labels=["tenant_id", "message_type"])
            for (tenant, what), count in _messages(counters, kind, label).items():
                counter.add_metric([tenant, what], count)
            yield counter
        yield _lag(counters)

    def _add(self, counts: Mapping[str, int]) -> None:
        self._counters.add(counts)
        with self._lock:
            if not self._is_flushing:
                self._is_flushing = True
                threading.Thread(target=self._flush, name="live-telemetry", daemon=True).start()

    def _flush(self) -> None:
        while not self._stop.wait(_FLUSH_EVERY_S):
            self._counters.flush()


def _messages(
    counters: Mapping[str, int], kind: str, label: Callable[[str], str]
) -> dict[tuple[str, str], int]:
    parts = ((field.split("|"), count) for field, count in counters.items())
    return _added_up(
        ((label(part[1]), part[2]), count)
        for part, count in parts
        if len(part) == 3 and part[0] == kind
    )


def _added_up(counted: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    totals: dict[Key, int] = {}
    for key, count in counted:
        totals[key] = totals.get(key, 0) + count
    return totals


def _lag(counters: Mapping[str, int]) -> HistogramMetricFamily:
    counts = accumulate(counters.get(f"lag|{n}", 0) for n in range(len(LAG_BUCKETS_MS) + 1))
    bounds = [*(str(bound / 1000) for bound in LAG_BUCKETS_MS), "+Inf"]
    family = HistogramMetricFamily(
        "training_relay_lag_seconds",
        "From writing a progress message down to its being ready for watchers",
    )
    family.add_metric(
        [],
        buckets=list(zip(bounds, map(float, counts), strict=True)),
        sum_value=counters.get("lag_ms", 0) / 1000,
    )
    return family
