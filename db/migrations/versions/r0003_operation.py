"""Operation: schedules, events, audit, deployments, live scores, outside sources, quotas."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


_JOB_INDEXES: dict[str, Sequence[str | sa.TextClause]] = {
    "ix_training_job_queue_ended": ["tenant_id", "completed_at", "id"],
    "ix_training_job_queue_priority": ["tenant_id", "priority", "created_at", "id"],
    "ix_training_job_queue_duration": [
        "tenant_id",
        sa.text("(completed_at - started_at)"),
        "id",
    ],
}
_TASK_INDEXES = {
    "ix_training_tasks_kept_model_id": (["kept_model_id"], "kept_model_id IS NOT NULL"),
    "ix_training_tasks_recent": (
        ["kind", "completed_at"],
        "status = 'completed' AND skipped_reason IS NULL",
    ),
    "ix_training_tasks_recent_of_tenant": (
        ["tenant_id", "kind", "completed_at"],
        "status = 'completed' AND skipped_reason IS NULL",
    ),
}

_DEPLOYMENTS_SO_FAR = """
    INSERT INTO model_deployments
        (tenant_id, product_id, model_id, previous_model_id, kind, reason, actor, created_at)
    SELECT tenant_id, product_id, id, lag(id) OVER (of_product), 'auto',
        'Deployed before deployments were recorded.', 'service', deployed_at
    FROM trained_models WHERE deployed_at IS NOT NULL AND product_id IS NOT NULL
    WINDOW of_product AS (
        PARTITION BY tenant_id, product_id ORDER BY is_deployed, deployed_at, id)
    ORDER BY is_deployed, deployed_at, id
"""


def upgrade() -> None:
    op.create_table(
        "telemetry_totals",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("series", sa.String(length=30), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("amount", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_telemetry_totals_tenant_id_tenants")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "series", "label", name=op.f("pk_telemetry_totals")),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("action", sa.String(length=50), nullable=False),
        sa.Column("subject_type", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.String(length=255), nullable=False),
        sa.Column(
            "details",
            postgresql.JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index(
        "ix_audit_log_subject",
        "audit_log",
        ["tenant_id", "subject_type", "subject_id", "id"],
        unique=False,
    )
    op.create_index("ix_audit_log_tenant", "audit_log", ["tenant_id", "id"], unique=False)
    op.create_table(
        "consumed_events",
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("event_type", sa.String(length=100), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "outcome IN ('handled', 'ignored', 'rejected')", name=op.f("ck_consumed_events_outcome")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_consumed_events")),
    )
    op.create_index(
        "ix_consumed_events_received_at", "consumed_events", ["received_at"], unique=False
    )
    op.create_table(
        "source_cache",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("source", sa.String(length=30), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_source_cache")),
    )
    op.create_index("ix_source_cache_expires_at", "source_cache", ["expires_at"], unique=False)
    op.create_table(
        "source_health",
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_health")),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("subject_id", sa.String(length=255), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("recommended_action", sa.Text(), nullable=True),
        sa.Column(
            "details",
            postgresql.JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "severity IN ('low', 'medium', 'high')", name=op.f("ck_alerts_severity")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_alerts_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index("ix_alerts_newest", "alerts", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index(
        "ix_alerts_open",
        "alerts",
        ["tenant_id", "kind", "subject_id"],
        unique=True,
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "tenant_calendar",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("kind IN ('closure', 'event')", name=op.f("ck_tenant_calendar_kind")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_tenant_calendar_order")),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_tenant_calendar_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant_calendar")),
        sa.UniqueConstraint(
            "tenant_id",
            "kind",
            "name",
            "starts_on",
            name=op.f("uq_tenant_calendar_tenant_id_kind_name_starts_on"),
        ),
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("secret", sa.String(length=100), nullable=False),
        sa.Column("event_types", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_webhooks_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
        sa.UniqueConstraint("tenant_id", "url", name=op.f("uq_webhooks_tenant_id_url")),
    )
    op.create_table(
        "training_schedules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("cron", sa.String(length=100), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column(
            "request",
            postgresql.JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("next_run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_job_id", sa.Uuid(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("missed_runs", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["last_job_id"],
            ["training_job_queue.id"],
            name=op.f("fk_training_schedules_last_job_id_training_job_queue"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_training_schedules_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_schedules")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_training_schedules_tenant_id_name")),
    )
    op.create_index(
        "ix_training_schedules_due",
        "training_schedules",
        ["next_run_at"],
        unique=False,
        postgresql_where=sa.text("is_active"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event_type", sa.String(length=50), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("status", sa.String(length=20), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "next_attempt_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'delivered', 'failed')",
            name=op.f("ck_webhook_deliveries_status"),
        ),
        sa.ForeignKeyConstraint(
            ["webhook_id"],
            ["webhooks.id"],
            name=op.f("fk_webhook_deliveries_webhook_id_webhooks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint(
            "webhook_id", "event_id", name=op.f("uq_webhook_deliveries_webhook_id_event_id")
        ),
    )
    op.create_index(
        "ix_webhook_deliveries_due",
        "webhook_deliveries",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_webhook_deliveries_failed",
        "webhook_deliveries",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("status = 'failed'"),
    )
    op.create_table(
        "live_scores",
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("sales_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scored_points", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=True),
        sa.Column("last_at", sa.DateTime(), nullable=True),
        sa.Column("wape", sa.Double(), nullable=True),
        sa.Column("mae", sa.Double(), nullable=True),
        sa.Column("bias", sa.Double(), nullable=True),
        sa.Column("coverage", sa.Double(), nullable=True),
        sa.Column("wape_limit", sa.Double(), nullable=True),
        sa.Column("is_drifting", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["trained_models.id"],
            name=op.f("fk_live_scores_model_id_trained_models"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("model_id", name=op.f("pk_live_scores")),
    )
    op.create_index(
        "ix_live_scores_product", "live_scores", ["tenant_id", "product_id"], unique=False
    )
    op.create_table(
        "model_deployments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=True),
        sa.Column("previous_model_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "evidence",
            postgresql.JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind IN ('auto', 'manual', 'rollback', 'refused', 'withdrawn')",
            name=op.f("ck_model_deployments_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["trained_models.id"],
            name=op.f("fk_model_deployments_model_id_trained_models"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["previous_model_id"],
            ["trained_models.id"],
            name=op.f("fk_model_deployments_previous_model_id_trained_models"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.id"],
            name=op.f("fk_model_deployments_product_id_products"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_deployments")),
    )
    op.create_index(
        "ix_model_deployments_model_id", "model_deployments", ["model_id"], unique=False
    )
    op.create_index(
        "ix_model_deployments_previous_model_id",
        "model_deployments",
        ["previous_model_id"],
        unique=False,
    )
    op.create_index(
        "ix_model_deployments_product",
        "model_deployments",
        ["tenant_id", "product_id", "id"],
        unique=False,
    )
    op.execute(_DEPLOYMENTS_SO_FAR)
    op.add_column(
        "idempotency_keys",
        sa.Column("resource_type", sa.String(length=30), server_default="job", nullable=False),
    )
    op.add_column(
        "idempotency_keys", sa.Column("resource_id", sa.String(length=255), nullable=True)
    )
    op.alter_column("idempotency_keys", "job_id", existing_type=sa.UUID(), nullable=True)
    op.drop_index(op.f("ix_model_training_logs_job"), table_name="model_training_logs")
    op.create_index(
        "ix_model_training_logs_job",
        "model_training_logs",
        ["training_job_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_model_training_logs_product",
        "model_training_logs",
        ["training_job_id", "product_id", "created_at"],
        unique=False,
    )
    op.add_column(
        "outbox",
        sa.Column(
            "event_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False
        ),
    )
    op.alter_column("outbox", "job_id", existing_type=sa.UUID(), nullable=True)
    op.create_unique_constraint(op.f("uq_outbox_event_id"), "outbox", ["event_id"])
    op.execute(
        "UPDATE outbox SET payload = payload || jsonb_build_object('event_id', event_id)"
        " WHERE published_at IS NULL"
    )
    op.add_column(
        "products", sa.Column("priority", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "products", sa.Column("sales_changed_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("tenants", sa.Column("latitude", sa.Double(), nullable=True))
    op.add_column("tenants", sa.Column("longitude", sa.Double(), nullable=True))
    op.add_column(
        "tenants",
        sa.Column(
            "training_defaults",
            postgresql.JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.add_column("tenants", sa.Column("requests_per_minute", sa.Integer(), nullable=True))
    op.add_column("tenants", sa.Column("max_active_jobs", sa.Integer(), nullable=True))
    op.add_column("tenants", sa.Column("max_products", sa.Integer(), nullable=True))
    op.add_column("tenants", sa.Column("max_running_tasks", sa.Integer(), nullable=True))
    op.add_column(
        "tenants",
        sa.Column("default_schedule_made_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.add_column(
        "trained_models", sa.Column("training_digest", sa.String(length=64), nullable=True)
    )
    op.add_column("trained_models", sa.Column("product_category", sa.Text(), nullable=True))
    op.execute(
        "UPDATE trained_models SET product_category = products.category"
        " FROM products WHERE products.id = product_id"
    )
    op.add_column(
        "trained_models",
        sa.Column("is_pinned", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "training_job_queue",
        sa.Column("products_skipped", sa.Integer(), server_default="0", nullable=False),
    )
    op.add_column(
        "training_job_queue",
        sa.Column("trigger", sa.String(length=20), server_default="request", nullable=False),
    )
    op.add_column("training_job_queue", sa.Column("retry_of", sa.Uuid(), nullable=True))
    op.add_column(
        "training_job_queue", sa.Column("trace_context", sa.String(length=255), nullable=True)
    )
    op.add_column(
        "training_job_queue", sa.Column("request_id", sa.String(length=64), nullable=True)
    )
    op.create_foreign_key(
        op.f("fk_training_job_queue_retry_of_training_job_queue"),
        "training_job_queue",
        "training_job_queue",
        ["retry_of"],
        ["id"],
        ondelete="SET NULL",
    )
    op.add_column("training_tasks", sa.Column("skipped_reason", sa.Text(), nullable=True))
    op.add_column(
        "training_tasks",
        sa.Column("warnings", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column("training_tasks", sa.Column("kept_model_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_training_tasks_kept_model_id_trained_models"),
        "training_tasks",
        "trained_models",
        ["kept_model_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index("ix_idempotency_keys_job_id", "idempotency_keys", ["job_id"])
    for index, columns in _JOB_INDEXES.items():
        op.create_index(index, "training_job_queue", columns)
    op.create_index(
        "ix_training_job_queue_retry_of",
        "training_job_queue",
        ["retry_of"],
        postgresql_where=sa.text("retry_of IS NOT NULL"),
    )
    op.create_index("ix_training_tasks_product_id", "training_tasks", ["product_id"])
    op.create_index("ix_training_tasks_ended", "training_tasks", ["tenant_id", "completed_at"])
    op.create_index(
        "ix_model_training_logs_steps",
        "model_training_logs",
        ["tenant_id", "created_at"],
        postgresql_where=sa.text("execution_time_ms IS NOT NULL"),
    )
    for index, (columns, condition) in _TASK_INDEXES.items():
        op.create_index(index, "training_tasks", columns, postgresql_where=sa.text(condition))
    triggers = "trigger IN ('request', 'schedule', 'event', 'drift', 'retry')"
    op.create_check_constraint("trigger", "training_job_queue", triggers)


def downgrade() -> None:
    op.drop_constraint("trigger", "training_job_queue", type_="check")
    op.drop_index("ix_model_training_logs_steps", "model_training_logs")
    op.drop_index("ix_training_tasks_ended", "training_tasks")
    op.drop_index("ix_training_tasks_product_id", "training_tasks")
    for index in _TASK_INDEXES:
        op.drop_index(index, "training_tasks")
    for index in (*_JOB_INDEXES, "ix_training_job_queue_retry_of"):
        op.drop_index(index, "training_job_queue")
    op.drop_index("ix_idempotency_keys_job_id", "idempotency_keys")
    op.execute("DELETE FROM idempotency_keys WHERE job_id IS NULL")
    op.execute("DELETE FROM outbox WHERE job_id IS NULL")
    op.drop_constraint(
        op.f("fk_training_tasks_kept_model_id_trained_models"), "training_tasks", type_="foreignkey"
    )
    op.drop_column("training_tasks", "kept_model_id")
    op.drop_column("training_tasks", "warnings")
    op.drop_column("training_tasks", "skipped_reason")
    op.drop_constraint(
        op.f("fk_training_job_queue_retry_of_training_job_queue"),
        "training_job_queue",
        type_="foreignkey",
    )
    op.drop_column("training_job_queue", "request_id")
    op.drop_column("training_job_queue", "trace_context")
    op.drop_column("training_job_queue", "retry_of")
    op.drop_column("training_job_queue", "trigger")
    op.drop_column("training_job_queue", "products_skipped")
    op.drop_column("trained_models", "is_pinned")
    op.drop_column("trained_models", "product_category")
    op.drop_column("trained_models", "training_digest")
    op.drop_column("tenants", "default_schedule_made_at")
    op.drop_column("tenants", "max_running_tasks")
    op.drop_column("tenants", "max_products")
    op.drop_column("tenants", "max_active_jobs")
    op.drop_column("tenants", "requests_per_minute")
    op.drop_column("tenants", "training_defaults")
    op.drop_column("tenants", "longitude")
    op.drop_column("tenants", "latitude")
    op.drop_column("products", "sales_changed_at")
    op.drop_column("products", "priority")
    op.drop_constraint(op.f("uq_outbox_event_id"), "outbox", type_="unique")
    op.alter_column("outbox", "job_id", existing_type=sa.UUID(), nullable=False)
    op.drop_column("outbox", "event_id")
    op.drop_index("ix_model_training_logs_product", table_name="model_training_logs")
    op.drop_index("ix_model_training_logs_job", table_name="model_training_logs")
    op.create_index(
        op.f("ix_model_training_logs_job"),
        "model_training_logs",
        ["training_job_id", "created_at"],
        unique=False,
    )
    op.alter_column("idempotency_keys", "job_id", existing_type=sa.UUID(), nullable=False)
    op.drop_column("idempotency_keys", "resource_id")
    op.drop_column("idempotency_keys", "resource_type")
    op.drop_index("ix_model_deployments_product", table_name="model_deployments")
    op.drop_index("ix_model_deployments_previous_model_id", table_name="model_deployments")
    op.drop_index("ix_model_deployments_model_id", table_name="model_deployments")
    op.drop_table("model_deployments")
    op.drop_index("ix_live_scores_product", table_name="live_scores")
    op.drop_table("live_scores")
    op.drop_index(
        "ix_webhook_deliveries_failed",
        table_name="webhook_deliveries",
        postgresql_where=sa.text("status = 'failed'"),
    )
    op.drop_index(
        "ix_webhook_deliveries_due",
        table_name="webhook_deliveries",
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.drop_table("webhook_deliveries")
    op.drop_index(
        "ix_training_schedules_due",
        table_name="training_schedules",
        postgresql_where=sa.text("is_active"),
    )
    op.drop_table("training_schedules")
    op.drop_table("webhooks")
    op.drop_table("tenant_calendar")
    op.drop_index(
        "ix_alerts_open", table_name="alerts", postgresql_where=sa.text("resolved_at IS NULL")
    )
    op.drop_index("ix_alerts_newest", table_name="alerts")
    op.drop_table("alerts")
    op.drop_table("source_health")
    op.drop_index("ix_source_cache_expires_at", table_name="source_cache")
    op.drop_table("source_cache")
    op.drop_index("ix_consumed_events_received_at", table_name="consumed_events")
    op.drop_table("consumed_events")
    op.drop_index("ix_audit_log_tenant", table_name="audit_log")
    op.drop_index("ix_audit_log_subject", table_name="audit_log")
    op.drop_table("audit_log")
    op.drop_table("telemetry_totals")
