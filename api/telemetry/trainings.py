"""The figures of the Training Service document, computed from Postgres when Prometheus asks.

Counters in the memory of worker processes would miss what others did, and forget at a restart.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from api.live.live_telemetry import TenantLabels
from db.engine import Sessions
from db.operation.telemetry import OTHER, Histogram, Telemetry, collect, named_tenants
from db.tenancy import as_system

Family = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily

_GAUGES = {
    "training_jobs_waiting": ("Jobs that wait to be started", "jobs_waiting"),
    "training_jobs_running": ("Jobs that run", "jobs_running"),
    "training_tasks_waiting": ("Tasks that wait for a free slot", "tasks_waiting"),
    "training_tasks_in_flight": ("Tasks handed out or running", "tasks_in_flight"),
    "training_oldest_wait_seconds": ("Wait of the oldest waiting job", "oldest_wait_seconds"),
    "training_worker_slots": ("Training slots of live workers", "live_slots"),
    "training_outbox_events": ("Events that wait to be published", "outbox_events"),
    "training_outbox_lag_seconds": ("Wait of the oldest such event", "outbox_lag_seconds"),
}


def tenant_labels(sessions: Sessions, *, max_tenants: int) -> TenantLabels:
    """The labels of tenants whose figures do not come from the database."""

    def labels() -> Callable[[str], str]:
        with as_system(), sessions() as session:
            named = named_tenants(session, max_tenants)
        return lambda tenant_id: tenant_id if tenant_id in named else OTHER

    return labels


class DatabaseTelemetry(Collector):
    """Telemetry of all tenants; the first ones have a label of their own."""

    def __init__(self, sessions: Sessions, *, max_tenants: int) -> None:
        self._sessions = sessions
        self._max_tenants = max_tenants

    def describe(self) -> Iterable[Family]:
        """Nothing: registering must not ask the database."""
        return ()

    def collect(self) -> Iterator[Family]:
        with as_system(), self._sessions() as session:
            figures = collect(session, max_tenants=self._max_tenants)
        yield _counter(
            "training_jobs", "Total training jobs ended", ["tenant_id", "status"], figures.jobs
        )
        yield _counter(
            "models_trained",
            "Total models successfully trained",
            ["tenant_id", "product_category"],
            figures.models,
        )
        yield _histogram("training_duration_seconds", "Training job duration", figures.durations)
        yield _histogram(
            "model_accuracy_percentage",
            "Distribution of model accuracy scores",
            figures.accuracies,
        )
        yield _histogram("model_mae", "Distribution of Mean Absolute Error", figures.maes)
        yield from _gauges(figures)


def _counter(
    name: str, description: str, labels: list[str], counts: Mapping[tuple[str, str], int]
) -> CounterMetricFamily:
    family = CounterMetricFamily(name, description, labels=labels)
    for values, count in counts.items():
        family.add_metric(list(values), count)
    return family


def _histogram(
    name: str, description: str, by_tenant: Mapping[str, Histogram]
) -> HistogramMetricFamily:
    family = HistogramMetricFamily(name, description, labels=["tenant_id"])
    for tenant_id, histogram in by_tenant.items():
        bounds = [str(float(bound)) for bound in histogram.bounds]
        buckets = [*zip(bounds, map(float, histogram.counts), strict=True)]
        buckets.append(("+Inf", float(histogram.count)))
        family.add_metric([tenant_id], buckets=buckets, sum_value=histogram.total)
    return family


def _gauges(figures: Telemetry) -> Iterator[GaugeMetricFamily]:
    for name, (description, attribute) in _GAUGES.items():
        yield GaugeMetricFamily(name, description, value=getattr(figures, attribute))
