"""What a person should look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from client.addresses import training_path
from client.decoding import Record
from client.paging import Page, decoded_page
from client.resources.resource import Resource


@dataclass(frozen=True, kw_only=True)
class Alert(Record):
    """`subject_id` is the product, source, webhook or schedule that it is about."""

    id: str
    kind: str
    severity: str
    subject_id: str
    message: str
    recommended_action: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None
    resolved_at: datetime | None = None


class Alerts(Resource):
    """`studio.alerts`"""

    def list(
        self,
        *,
        status: Literal["open", "all"] | None = None,
        kind: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Alert]:
        """Open ones unless told otherwise, the newest first."""
        query = {"status": status, "kind": kind, "limit": limit, "cursor": cursor}
        return decoded_page(Alert, self._connection.get(training_path("alerts"), query))

    def resolve(self, alert_id: str) -> Alert:
        """Closes an alert; it opens again if its cause comes back."""
        return Alert.decode(self._connection.post(training_path("alerts", alert_id, "resolve")))
