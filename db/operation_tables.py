"""The tables of operation: who is who, what repeats, what is watched and what is remembered.

Those of training are in `db.tables`; `db.schema` knows all of them.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, CreatedAt, Id, Json, UpdatedAt
from db.tables import one_of

DEPLOYMENT_KINDS = ("auto", "manual", "rollback", "refused", "withdrawn")
EVENT_OUTCOMES = ("handled", "ignored", "rejected")
DELIVERY_STATUSES = ("pending", "delivered", "failed")


class CalendarEntry(Base):
    """Days on which a tenant is closed, or on which something happens that sells more or less."""

    __tablename__ = "tenant_calendar"
    __table_args__ = (
        one_of("kind", ("closure", "event")),
        CheckConstraint("starts_on <= ends_on", name="order"),
        UniqueConstraint("tenant_id", "kind", "name", "starts_on"),
    )

    id: Mapped[Id]
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(255))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    created_at: Mapped[CreatedAt]


class Schedule(Base):
    """A training that repeats. `next_run_at` is the one truth of when; whoever moves it runs it.

    `missed_runs` counts the times that fell out before the last run because nothing was there to
    see to them.
    """

    __tablename__ = "training_schedules"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name"),
        Index("ix_training_schedules_due", "next_run_at", postgresql_where=text("is_active")),
    )

    id: Mapped[Id]
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(255))
    cron: Mapped[str] = mapped_column(String(100))
    time_zone: Mapped[str] = mapped_column(String(64))
    request: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    is_active: Mapped[bool] = mapped_column(server_default=true())
    next_run_at: Mapped[datetime | None]
    last_run_at: Mapped[datetime | None]
    last_job_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("training_job_queue.id", ondelete="SET NULL")
    )
    last_error: Mapped[str | None]
    missed_runs: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class ConsumedEvent(Base):
    """An event that another system sent; its id is taken once."""

    __tablename__ = "consumed_events"
    __table_args__ = (
        one_of("outcome", EVENT_OUTCOMES),
        Index("ix_consumed_events_received_at", "received_at"),
    )

    event_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    event_type: Mapped[str] = mapped_column(String(100))
    tenant_id: Mapped[UUID | None]
    payload: Mapped[Json]
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None]
    job_id: Mapped[UUID | None]
    received_at: Mapped[CreatedAt]


class Webhook(Base):
    """An address of a tenant that is told of events; `secret` signs what it is sent."""

    __tablename__ = "webhooks"
    __table_args__ = (UniqueConstraint("tenant_id", "url"),)

    id: Mapped[Id]
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(String(2000))
    secret: Mapped[str] = mapped_column(String(100))
    event_types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    is_active: Mapped[bool] = mapped_column(server_default=true())
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class WebhookDelivery(Base):
    """One event for one webhook, until it was taken or given up."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        one_of("status", DELIVERY_STATUSES),
        UniqueConstraint("webhook_id", "event_id"),
        Index(
            "ix_webhook_deliveries_due",
            "next_attempt_at",
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "ix_webhook_deliveries_failed",
            "created_at",
            postgresql_where=text("status = 'failed'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    tenant_id: Mapped[UUID]
    event_id: Mapped[UUID]
    event_type: Mapped[str] = mapped_column(String(50))
    payload: Mapped[Json]
    status: Mapped[str] = mapped_column(String(20), server_default="pending")
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_attempt_at: Mapped[CreatedAt]
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]
    created_at: Mapped[CreatedAt]
    delivered_at: Mapped[datetime | None]


class AuditEntry(Base):
    """Who did what to what. Rows are only added; they outlive what they tell of."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_tenant", "tenant_id", "id"),
        Index("ix_audit_log_subject", "tenant_id", "subject_type", "subject_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tenant_id: Mapped[UUID]
    actor: Mapped[str] = mapped_column(String(255))
    action: Mapped[str] = mapped_column(String(50))
    subject_type: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[str] = mapped_column(String(255))
    details: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    request_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[CreatedAt]


class Deployment(Base):
    """A model became the champion of its product, or was refused; with the numbers why."""

    __tablename__ = "model_deployments"
    __table_args__ = (
        one_of("kind", DEPLOYMENT_KINDS),
        Index("ix_model_deployments_product", "tenant_id", "product_id", "id"),
        Index("ix_model_deployments_model_id", "model_id"),
        Index("ix_model_deployments_previous_model_id", "previous_model_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tenant_id: Mapped[UUID]
    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"))
    model_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("trained_models.id", ondelete="SET NULL")
    )
    previous_model_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("trained_models.id", ondelete="SET NULL")
    )
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str]
    evidence: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    actor: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[CreatedAt]


class LiveScore(Base):
    """How a deployed forecast does against the sales that have come in since.

    `sales_seen_at` is the product's `sales_changed_at` that was scored; above `wape_limit` the
    model counts as drifting. There are no figures while nothing could be scored.
    """

    __tablename__ = "live_scores"
    __table_args__ = (Index("ix_live_scores_product", "tenant_id", "product_id"),)

    model_id: Mapped[UUID] = mapped_column(
        ForeignKey("trained_models.id", ondelete="CASCADE"), primary_key=True
    )
    tenant_id: Mapped[UUID]
    product_id: Mapped[UUID]
    sales_seen_at: Mapped[datetime | None]
    scored_points: Mapped[int]
    first_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=False))
    last_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=False))
    wape: Mapped[float | None]
    mae: Mapped[float | None]
    bias: Mapped[float | None]
    coverage: Mapped[float | None]
    wape_limit: Mapped[float | None]
    is_drifting: Mapped[bool] = mapped_column(server_default=false())
    updated_at: Mapped[UpdatedAt]


class Alert(Base):
    """Something that a person should look at. One is open per kind and subject."""

    __tablename__ = "alerts"
    __table_args__ = (
        one_of("severity", ("low", "medium", "high")),
        Index(
            "ix_alerts_open",
            "tenant_id",
            "kind",
            "subject_id",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index("ix_alerts_newest", "tenant_id", "created_at", "id"),
    )

    id: Mapped[Id]
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(50))
    subject_id: Mapped[str] = mapped_column(String(255))
    severity: Mapped[str] = mapped_column(String(20))
    message: Mapped[str]
    recommended_action: Mapped[str | None]
    details: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    created_at: Mapped[CreatedAt]
    resolved_at: Mapped[datetime | None]


class CachedSource(Base):
    """What an outside source answered, for all workers. Who holds the lease is fetching it."""

    __tablename__ = "source_cache"
    __table_args__ = (Index("ix_source_cache_expires_at", "expires_at"),)

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    source: Mapped[str] = mapped_column(String(30))
    payload: Mapped[Any | None] = mapped_column(JSONB)
    fetched_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str | None]


class SourceHealth(Base):
    """The circuit breaker of an outside source, one for all processes."""

    __tablename__ = "source_health"

    source: Mapped[str] = mapped_column(String(255), primary_key=True)
    failures: Mapped[int] = mapped_column(server_default="0")
    open_until: Mapped[datetime | None]
    last_error: Mapped[str | None]
    last_success_at: Mapped[datetime | None]
    updated_at: Mapped[UpdatedAt]


class TelemetryTotal(Base):
    """What deleted rows of a tenant counted for in the figures for Prometheus."""

    __tablename__ = "telemetry_totals"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    series: Mapped[str] = mapped_column(String(30), primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[float]
