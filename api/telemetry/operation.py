"""What operators watch beside the figures of the document: queues, deliveries, alerts, caches."""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from core.shared_counters import SharedCounters
from db.engine import Sessions
from db.operation.operation_telemetry import OperationTelemetry, collect_operation
from db.tenancy import as_system

Family = CounterMetricFamily | GaugeMetricFamily

_WORK = {
    "lease_reclaims": (
        "training_lease_reclaims",
        "Tasks taken back from workers that had fallen silent",
    ),
    "model_cache_lookups": ("training_model_cache_lookups", "Predictions that needed a model"),
    "model_cache_misses": ("training_model_cache_misses", "Those for which it had to be loaded"),
}

_WORK_BY_SOURCE = {
    "source_cache_lookups": (
        "training_source_cache_lookups",
        "Questions to outside sources that a kept answer may have",
    ),
    "source_cache_misses": (
        "training_source_cache_misses",
        "Those for which the source was asked",
    ),
}


class OperationCollector(Collector):
    """The state from the database; what workers have counted from Redis, missing without it."""

    def __init__(self, sessions: Sessions, work: SharedCounters) -> None:
        self._sessions = sessions
        self._work = work

    def describe(self) -> Iterable[Family]:
        """Nothing: registering must not ask anybody."""
        return ()

    def collect(self) -> Iterator[Family]:
        with as_system(), self._sessions() as session:
            figures = collect_operation(session)
        yield from _gauges(figures)
        counted = self._work.totals()
        if counted is not None:
            for field, (name, description) in _WORK.items():
                yield CounterMetricFamily(name, description, value=counted.get(field, 0))
            for field, (name, description) in _WORK_BY_SOURCE.items():
                yield _by_source(name, description, field, counted)


def _gauges(figures: OperationTelemetry) -> Iterator[GaugeMetricFamily]:
    yield _gauge("training_queue_depth", "Tasks that wait, by kind", "kind", figures.queue)
    yield _gauge(
        "training_queue_oldest_wait_seconds",
        "Wait of the oldest such task",
        "kind",
        figures.oldest_wait_s,
    )
    yield _gauge("training_webhook_deliveries", "Webhook deliveries", "status", figures.deliveries)
    yield _gauge("training_alerts_open", "Alerts that nobody resolved", "kind", figures.alerts)
    yield GaugeMetricFamily(
        "training_schedules_overdue",
        "Schedules that should have run a minute ago",
        value=figures.schedules_overdue,
    )
    answers = GaugeMetricFamily(
        "training_source_cache_answers",
        "Kept answers of outside sources",
        labels=["source", "state"],
    )
    for labels, count in figures.cached_answers.items():
        answers.add_metric(list(labels), count)
    yield answers
    yield _gauge(
        "training_source_breaker_open",
        "Whether an outside source is left alone because it failed",
        "source",
        figures.open_breakers,
    )


def _by_source(
    name: str, description: str, field: str, counted: Mapping[str, int]
) -> CounterMetricFamily:
    family = CounterMetricFamily(name, description, labels=["source"])
    for key, number in counted.items():
        kind, _, source = key.partition("|")
        if kind == field:
            family.add_metric([source], number)
    return family


def _gauge(
    name: str, description: str, label: str, values: Mapping[str, float]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, description, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
