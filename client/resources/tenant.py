"""The caller's own business: its settings, its sources, and who did what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict, Unpack

from client.addresses import training_path
from client.decoding import Record
from client.paging import Page, decoded_page
from client.resources.resource import Resource
from client.training_options import TrainingOptions


@dataclass(frozen=True, kw_only=True)
class Tenant(Record):
    """Where nothing is stated, the settings of the service decide."""

    id: str
    name: str
    country: str | None = None
    subdivision: str | None = None
    time_zone: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    training_defaults: Mapping[str, Any] = field(default_factory=dict)
    quotas: Mapping[str, int | None] = field(default_factory=dict)
    created_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Source(Record):
    """An outside source; one that is `open` is not asked until `asked_again_at`."""

    source: str
    state: str
    failures: int = 0
    last_success_at: datetime | None = None
    last_error: str | None = None
    asked_again_at: datetime | None = None
    cached_rows: int = 0


@dataclass(frozen=True, kw_only=True)
class Use(Record):
    """`limit` is None where there is none."""

    used: int
    limit: int | None = None


@dataclass(frozen=True, kw_only=True)
class Usage(Record):
    """What is used of the quotas now."""

    products: Use
    active_jobs: Use
    running_tasks: Use


@dataclass(frozen=True, kw_only=True)
class AuditEntry(Record):
    """Who did what to what; `subject_name` of a model is that of its product or table."""

    id: int
    actor: str
    action: str
    subject_type: str
    subject_id: str
    subject_name: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    request_id: str | None = None
    created_at: datetime | None = None


class Quotas(TypedDict, total=False):
    requests_per_minute: int | None
    max_active_jobs: int | None
    max_products: int | None
    max_running_tasks: int | None


class TenantChange(TypedDict, total=False):
    """What is left out stays; None takes a value back, so that the settings decide again."""

    name: str
    country: str | None
    subdivision: str | None
    time_zone: str | None
    latitude: float | None
    longitude: float | None
    training_defaults: TrainingOptions | None
    quotas: Quotas | None


class TenantRequests(Resource):
    def tenant(self) -> Tenant:
        return Tenant.decode(self._connection.get(training_path("tenant")))

    def change_tenant(self, **changes: Unpack[TenantChange]) -> Tenant:
        """`training_defaults` are replaced as a whole; quotas need the scope admin."""
        return Tenant.decode(self._connection.change(training_path("tenant"), dict(changes)))

    def usage(self) -> Usage:
        return Usage.decode(self._connection.get(training_path("usage")))

    def sources(self) -> tuple[Source, ...]:
        """The configured outside sources, and how they are."""
        return decoded_page(Source, self._connection.get(training_path("sources"))).items

    def audit(
        self,
        *,
        action: str | None = None,
        subject_type: str | None = None,
        subject_id: str | None = None,
        actor: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[AuditEntry]:
        """The audit trail, the newest first; needs the scope admin."""
        query = {
            "action": action,
            "subject_type": subject_type,
            "subject_id": subject_id,
            "actor": actor,
            "limit": limit,
            "cursor": cursor,
        }
        return decoded_page(AuditEntry, self._connection.get(training_path("audit"), query))
