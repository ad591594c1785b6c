"""How trainings go, how good the models are, and how long it all takes."""

from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from client.addresses import training_path
from client.analytics_records import Accuracy, Duration, Performance
from client.resources.resource import Resource


class AnalyticsFilters(TypedDict, total=False):
    """The last 90 days, all products and lists of 20, unless told otherwise. A date is one of the
    UTC clock; `until` is not included.
    """

    since: date | datetime | None
    until: date | datetime | None
    category: str | None
    product: str | None
    limit: int


class Analytics(Resource):
    """`studio.analytics`"""

    def performance(self, **filters: Unpack[AnalyticsFilters]) -> Performance:
        """Whether trainings succeed, why others fail, and what skipping saved."""
        return Performance.decode(self._ask("performance", filters))

    def accuracy(self, **filters: Unpack[AnalyticsFilters]) -> Accuracy:
        """How good the models are, beside the baseline too, and which are worst and why."""
        return Accuracy.decode(self._ask("accuracy", filters))

    def duration(self, **filters: Unpack[AnalyticsFilters]) -> Duration:
        """How long trainings take and wait."""
        return Duration.decode(self._ask("duration", filters))

    def _ask(self, what: str, filters: AnalyticsFilters) -> Any:
        named: dict[str, object] = dict(filters)
        query = {_NAMES.get(name, name): value for name, value in named.items()}
        return self._connection.get(training_path("analytics", what), query)


_NAMES = {"since": "from", "until": "to"}
