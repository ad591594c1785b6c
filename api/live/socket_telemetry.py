"""What the WebSockets of this process do, under the names of the Training Service document."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api.live.connection_limit import ConnectionLimit


class _OpenConnections(Collector):
    def __init__(self, connections: ConnectionLimit) -> None:
        self._connections = connections

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(
            "training_websocket_connections", "Active WebSocket connections", labels=["tenant_id"]
        )
        for tenant_id, count in self._connections.counts().items():
            family.add_metric([str(tenant_id)], count)
        yield family


class SocketTelemetry:
    def __init__(self, registry: CollectorRegistry, connections: ConnectionLimit) -> None:
        self._messages = Counter(
            "training_websocket_messages",
            "Total WebSocket messages sent",
            ["tenant_id", "message_type"],
            registry=registry,
        )
        self._children: dict[tuple[UUID, str], Counter] = {}
        registry.register(_OpenConnections(connections))

    def count_messages(self, tenant_id: UUID, types: Mapping[str, int]) -> None:
        for message_type, count in types.items():
            key = tenant_id, message_type
            child = self._children.get(key)
            if child is None:
                child = self._children[key] = self._messages.labels(str(tenant_id), message_type)
            child.inc(count)
