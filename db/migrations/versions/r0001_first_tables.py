"""The first tables, and the tenant that everybody is while there is no login."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

DEFAULT_TENANT_ID = UUID(int=1)

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("event_type", sa.String(length=50), nullable=False),
        sa.Column("routing_key", sa.String(length=100), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_unpublished",
        "outbox",
        ["id"],
        unique=False,
        postgresql_where=sa.text("published_at IS NULL"),
    )
    op.create_table(
        "tenants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("subdivision", sa.String(length=10), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
    )
    op.create_table(
        "workers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )
    op.create_table(
        "products",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
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
            ["tenant_id"], ["tenants.id"], name=op.f("fk_products_tenant_id_tenants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("tenant_id", "sku", name=op.f("uq_products_tenant_id_sku")),
    )
    op.create_table(
        "training_job_queue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("job_name", sa.String(length=255), nullable=True),
        sa.Column("products_to_train", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("request", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("upload_digest", sa.String(length=64), nullable=True),
        sa.Column("shared_artifact", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=50), server_default="pending", nullable=False),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "progress_percentage",
            sa.Numeric(precision=5, scale=2, asdecimal=False),
            server_default="0",
            nullable=False,
        ),
        sa.Column("progress_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("current_step", sa.String(length=255), nullable=True),
        sa.Column("products_completed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("products_failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("products_cancelled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("products_total", sa.Integer(), nullable=False),
        sa.Column("timeout_seconds", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("estimated_completion", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stop_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stop_mode", sa.String(length=10), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("retry_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
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
        sa.CheckConstraint(
            "kind IN ('products', 'upload')", name=op.f("ck_training_job_queue_kind")
        ),
        sa.CheckConstraint(
            "status <> 'running' OR (started_at IS NOT NULL AND deadline_at IS NOT NULL)",
            name=op.f("ck_training_job_queue_running_has_deadline"),
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'running', 'completed', 'failed', 'cancelled')",
            name=op.f("ck_training_job_queue_status"),
        ),
        sa.CheckConstraint(
            "stop_mode IN ('abort', 'finish')", name=op.f("ck_training_job_queue_stop_mode")
        ),
        sa.CheckConstraint(
            "progress_percentage BETWEEN 0 AND 100",
            name=op.f("ck_training_job_queue_progress_percentage"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_training_job_queue_tenant_id_tenants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_job_queue")),
    )
    op.create_index(
        "ix_training_job_queue_history",
        "training_job_queue",
        ["tenant_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_training_job_queue_running",
        "training_job_queue",
        ["deadline_at"],
        unique=False,
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_index(
        "ix_training_job_queue_waiting",
        "training_job_queue",
        [sa.literal_column("priority DESC"), "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["training_job_queue.id"],
            name=op.f("fk_idempotency_keys_job_id_training_job_queue"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("tenant_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(
        "ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"], unique=False
    )
    op.create_table(
        "model_training_logs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("training_job_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("log_level", sa.String(length=20), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("step_name", sa.String(length=100), nullable=True),
        sa.Column("execution_time_ms", sa.Integer(), nullable=True),
        sa.Column("metadata", postgresql.JSONB(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["training_job_id"],
            ["training_job_queue.id"],
            name=op.f("fk_model_training_logs_training_job_id_training_job_queue"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_training_logs")),
    )
    op.create_index(
        "ix_model_training_logs_job",
        "model_training_logs",
        ["training_job_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "progress_messages",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["training_job_queue.id"],
            name=op.f("fk_progress_messages_job_id_training_job_queue"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("job_id", "seq", name=op.f("pk_progress_messages")),
    )
    op.create_table(
        "sales_history",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("sold_at", sa.DateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Double(), nullable=True),
        sa.Column("price", sa.Double(), nullable=True),
        sa.Column("revenue", sa.Double(), nullable=True),
        sa.Column("promotion", sa.Double(), nullable=True),
        sa.Column("covariates", postgresql.JSONB(), nullable=True),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.id"],
            name=op.f("fk_sales_history_product_id_products"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("product_id", "sold_at", name=op.f("pk_sales_history")),
    )
    op.create_table(
        "training_tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("product_name", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=50), server_default="pending", nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "progress",
            sa.Numeric(precision=5, scale=2, asdecimal=False),
            server_default="0",
            nullable=False,
        ),
        sa.Column("phase", sa.String(length=50), nullable=True),
        sa.Column("current_step", sa.String(length=255), nullable=True),
        sa.Column("error_type", sa.String(length=100), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("recommended_action", sa.Text(), nullable=True),
        sa.Column("severity", sa.String(length=20), nullable=True),
        sa.Column("degraded_reason", sa.Text(), nullable=True),
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
        sa.CheckConstraint(
            "(status = 'running') = (lease_expires_at IS NOT NULL)",
            name=op.f("ck_training_tasks_lease_while_running"),
        ),
        sa.CheckConstraint(
            "kind IN ('shared', 'product', 'table')", name=op.f("ck_training_tasks_kind")
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'running', 'completed', 'failed', 'cancelled')",
            name=op.f("ck_training_tasks_status"),
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_training_tasks_progress")),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["training_job_queue.id"],
            name=op.f("fk_training_tasks_job_id_training_job_queue"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.id"],
            name=op.f("fk_training_tasks_product_id_products"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_training_tasks_tenant_id_tenants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_tasks")),
        sa.UniqueConstraint(
            "job_id", "product_id", name=op.f("uq_training_tasks_job_id_product_id")
        ),
    )
    op.create_index(
        "ix_training_tasks_in_flight",
        "training_tasks",
        ["job_id", "dispatched_at"],
        unique=False,
        postgresql_where=sa.text(
            "(status = 'running' OR (status = 'pending' AND dispatched_at IS NOT NULL))"
        ),
    )
    op.create_index(
        "ix_training_tasks_job_id_position", "training_tasks", ["job_id", "position"], unique=True
    )
    op.create_index(
        "ix_training_tasks_lease",
        "training_tasks",
        ["lease_expires_at"],
        unique=False,
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_index(
        "ix_training_tasks_open",
        "training_tasks",
        ["job_id"],
        unique=False,
        postgresql_where=sa.text("status IN ('pending', 'running')"),
    )
    op.create_index(
        "ix_training_tasks_shared",
        "training_tasks",
        ["job_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'shared'"),
    )
    op.create_index(
        "ix_training_tasks_waiting",
        "training_tasks",
        ["job_id", "position"],
        unique=False,
        postgresql_where=sa.text("status = 'pending' AND dispatched_at IS NULL"),
    )
    op.create_table(
        "trained_models",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("ml_task", sa.String(length=20), nullable=False),
        sa.Column("model_version", sa.String(length=50), nullable=False),
        sa.Column("model_path", sa.String(length=500), nullable=False),
        sa.Column("training_job_id", sa.Uuid(), nullable=True),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("algorithm", sa.String(length=50), server_default="prophet", nullable=False),
        sa.Column(
            "hyperparameters", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("features", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("details", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("degraded_reason", sa.Text(), nullable=True),
        sa.Column("manifest_digest", sa.String(length=64), nullable=False),
        sa.Column("data_digest", sa.String(length=64), nullable=True),
        sa.Column("training_duration_seconds", sa.Integer(), nullable=True),
        sa.Column("training_data_points", sa.Integer(), nullable=True),
        sa.Column("interval_width", sa.Double(), nullable=True),
        sa.Column("frequency", sa.String(length=20), nullable=True),
        sa.Column("horizon_days", sa.Integer(), nullable=True),
        sa.Column("is_deployed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(ml_task = 'forecast') = (product_id IS NOT NULL)",
            name=op.f("ck_trained_models_product_of_forecast"),
        ),
        sa.CheckConstraint(
            "ml_task IN ('forecast', 'classification', 'regression')",
            name=op.f("ck_trained_models_ml_task"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.id"],
            name=op.f("fk_trained_models_product_id_products"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"],
            ["training_tasks.id"],
            name=op.f("fk_trained_models_task_id_training_tasks"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_trained_models_tenant_id_tenants")
        ),
        sa.ForeignKeyConstraint(
            ["training_job_id"],
            ["training_job_queue.id"],
            name=op.f("fk_trained_models_training_job_id_training_job_queue"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trained_models")),
        sa.UniqueConstraint("public_id", name=op.f("uq_trained_models_public_id")),
        sa.UniqueConstraint("task_id", name=op.f("uq_trained_models_task_id")),
        sa.UniqueConstraint(
            "tenant_id",
            "product_id",
            "model_version",
            name=op.f("uq_trained_models_tenant_id_product_id_model_version"),
        ),
    )
    op.create_index(
        "ix_trained_models_deployed",
        "trained_models",
        ["tenant_id", "product_id"],
        unique=True,
        postgresql_where=sa.text("is_deployed"),
    )
    op.create_index(
        "ix_trained_models_newest",
        "trained_models",
        ["tenant_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_trained_models_of_product",
        "trained_models",
        ["tenant_id", "product_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_trained_models_training_job_id", "trained_models", ["training_job_id"], unique=False
    )
    op.create_table(
        "forecasts",
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("ds", sa.DateTime(), nullable=False),
        sa.Column("yhat", sa.Double(), nullable=False),
        sa.Column("yhat_lower", sa.Double(), nullable=True),
        sa.Column("yhat_upper", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["trained_models.id"],
            name=op.f("fk_forecasts_model_id_trained_models"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("model_id", "ds", name=op.f("pk_forecasts")),
    )
    op.create_table(
        "model_artifacts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=True),
        sa.Column("training_job_id", sa.Uuid(), nullable=True),
        sa.Column("artifact_type", sa.String(length=50), nullable=False),
        sa.Column("file_path", sa.String(length=500), nullable=False),
        sa.Column("file_size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "num_nonnulls(model_id, training_job_id) = 1", name=op.f("ck_model_artifacts_one_owner")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["trained_models.id"],
            name=op.f("fk_model_artifacts_model_id_trained_models"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["training_job_id"],
            ["training_job_queue.id"],
            name=op.f("fk_model_artifacts_training_job_id_training_job_queue"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_artifacts")),
    )
    op.create_index("ix_model_artifacts_checksum", "model_artifacts", ["checksum"], unique=False)
    op.create_index("ix_model_artifacts_model_id", "model_artifacts", ["model_id"], unique=False)
    op.create_index(
        "ix_model_artifacts_training_job_id", "model_artifacts", ["training_job_id"], unique=False
    )
    op.create_table(
        "model_performance_metrics",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("mae", sa.Double(), nullable=True),
        sa.Column("rmse", sa.Double(), nullable=True),
        sa.Column("r2_score", sa.Double(), nullable=True),
        sa.Column("mape", sa.Double(), nullable=True),
        sa.Column("accuracy_percentage", sa.Double(), nullable=True),
        sa.Column("wape", sa.Double(), nullable=True),
        sa.Column("smape", sa.Double(), nullable=True),
        sa.Column("mase", sa.Double(), nullable=True),
        sa.Column("coverage", sa.Double(), nullable=True),
        sa.Column("baseline", postgresql.JSONB(), nullable=True),
        sa.Column("extra", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("validation_data_points", sa.Integer(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["trained_models.id"],
            name=op.f("fk_model_performance_metrics_model_id_trained_models"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_performance_metrics")),
        sa.UniqueConstraint("model_id", name=op.f("uq_model_performance_metrics_model_id")),
    )
    tenants = sa.table("tenants", sa.column("id", sa.Uuid()), sa.column("name"))
    op.bulk_insert(tenants, [{"id": DEFAULT_TENANT_ID, "name": "Default"}])


def downgrade() -> None:
    op.drop_table("model_performance_metrics")
    op.drop_table("model_artifacts")
    op.drop_table("forecasts")
    op.drop_table("trained_models")
    op.drop_table("training_tasks")
    op.drop_table("sales_history")
    op.drop_table("progress_messages")
    op.drop_table("model_training_logs")
    op.drop_table("idempotency_keys")
    op.drop_table("training_job_queue")
    op.drop_table("products")
    op.drop_table("workers")
    op.drop_table("tenants")
    op.drop_table("outbox")
