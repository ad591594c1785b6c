"""Every table. `docs/data-model.md` draws them and tells which states follow which.

Columns of the Training Service document keep its names; where the type differs, the data-model page
says why.
"""

from datetime import datetime
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
    func,
    text,
    true,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, CreatedAt, Id, Json, Percentage, UpdatedAt

DEFAULT_TENANT_ID = UUID(int=1)

ML_TASKS = ("forecast", "classification", "regression", "clustering", "time_series")

STATUSES = ("pending", "running", "completed", "failed", "cancelled")
TRIGGERS = ("request", "schedule", "event", "drift", "retry")
WITHOUT_MODEL = ("shared", "prediction")
"""Kinds of tasks that end without a model of their own: they are no trainings."""
OPEN_STATUSES = ("pending", "running")
TERMINAL_STATUSES = frozenset({"completed", "failed", "cancelled"})
IN_FLIGHT = "(status = 'running' OR (status = 'pending' AND dispatched_at IS NOT NULL))"


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """A column that takes only these values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Tenant(Base):
    """A business. What it leaves open (place, defaults, quotas) the settings decide."""

    __tablename__ = "tenants"

    id: Mapped[Id]
    name: Mapped[str]
    country: Mapped[str | None] = mapped_column(String(2))
    subdivision: Mapped[str | None] = mapped_column(String(10))
    time_zone: Mapped[str | None] = mapped_column(String(64))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    training_defaults: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    requests_per_minute: Mapped[int | None]
    max_active_jobs: Mapped[int | None]
    max_products: Mapped[int | None]
    max_running_tasks: Mapped[int | None]
    # Made once: a user who deletes the weekly retraining does not get it again.
    default_schedule_made_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]


class Product(Base):
    """A product of the catalogue. Up to `observed_until` its sales are known: a period without a
    row sold nothing.
    """

    __tablename__ = "products"
    __table_args__ = (
        UniqueConstraint("tenant_id", "sku"),
        Index("ix_products_newest", "tenant_id", "created_at", "id"),
    )

    id: Mapped[Id]
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id"))
    sku: Mapped[str]
    name: Mapped[str]
    category: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(server_default=true())
    priority: Mapped[int] = mapped_column(server_default="0")
    observed_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=False))
    sales_changed_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class Sale(Base):
    """One product in one period. `sold_at` is the shop's wall clock; no quantity means not sold
    yet.
    """

    __tablename__ = "sales_history"

    product_id: Mapped[UUID] = mapped_column(
        ForeignKey("products.id", ondelete="CASCADE"), primary_key=True
    )
    sold_at: Mapped[datetime] = mapped_column(DateTime(timezone=False), primary_key=True)
    tenant_id: Mapped[UUID]
    quantity: Mapped[float | None]
    price: Mapped[float | None]
    revenue: Mapped[float | None]
    promotion: Mapped[float | None]
    covariates: Mapped[Json | None]


class TrainingJob(Base):
    __tablename__ = "training_job_queue"
    __table_args__ = (
        one_of("kind", ("products", "upload", "prediction")),
        one_of("status", STATUSES),
        one_of("stop_mode", ("abort", "finish")),
        one_of("trigger", TRIGGERS),
        CheckConstraint("progress_percentage BETWEEN 0 AND 100", name="progress_percentage"),
        CheckConstraint(
            "status <> 'running' OR (started_at IS NOT NULL AND deadline_at IS NOT NULL)",
            name="running_has_deadline",
        ),
        Index("ix_training_job_queue_history", "tenant_id", "created_at", "id"),
        Index(
            "ix_training_job_queue_retry_of",
            "retry_of",
            postgresql_where=text("retry_of IS NOT NULL"),
        ),
        Index("ix_training_job_queue_ended", "tenant_id", "completed_at", "id"),
        Index("ix_training_job_queue_priority", "tenant_id", "priority", "created_at", "id"),
        Index(
            "ix_training_job_queue_duration",
            "tenant_id",
            text("(completed_at - started_at)"),
            "id",
        ),
        Index(
            "ix_training_job_queue_waiting",
            text("priority DESC"),
            "created_at",
            "id",
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "ix_training_job_queue_running",
            "deadline_at",
            postgresql_where=text("status = 'running'"),
        ),
    )

    id: Mapped[Id]
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id"))
    kind: Mapped[str] = mapped_column(String(20))
    job_name: Mapped[str | None] = mapped_column(String(255))
    # Read on demand: a job of 10,000 products is locked, and read, for every step of each of them.
    products_to_train: Mapped[list[str] | None] = mapped_column(ARRAY(Text), deferred=True)
    request: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    upload_digest: Mapped[str | None] = mapped_column(String(64))
    shared_artifact: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(50), server_default="pending")
    priority: Mapped[int] = mapped_column(server_default="0")
    progress_percentage: Mapped[Percentage]
    progress_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    current_step: Mapped[str | None] = mapped_column(String(255))
    products_completed: Mapped[int] = mapped_column(server_default="0")
    products_failed: Mapped[int] = mapped_column(server_default="0")
    products_cancelled: Mapped[int] = mapped_column(server_default="0")
    products_skipped: Mapped[int] = mapped_column(server_default="0")
    products_total: Mapped[int]
    timeout_seconds: Mapped[int]
    started_at: Mapped[datetime | None]
    deadline_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    estimated_completion: Mapped[datetime | None]
    stop_requested_at: Mapped[datetime | None]
    stop_mode: Mapped[str | None] = mapped_column(String(10))
    error_message: Mapped[str | None]
    retry_count: Mapped[int] = mapped_column(server_default="0")
    trigger: Mapped[str] = mapped_column(String(20), server_default="request")
    retry_of: Mapped[UUID | None] = mapped_column(
        ForeignKey("training_job_queue.id", ondelete="SET NULL")
    )
    trace_context: Mapped[str | None] = mapped_column(String(255))
    request_id: Mapped[str | None] = mapped_column(String(64))
    created_by: Mapped[UUID | None]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    @hybrid_property
    def is_training(self) -> bool:
        """Whether models come of it: only then it counts as a training, and others hear of it."""
        return self.kind != "prediction"


class TrainingTask(Base):
    """One unit that a worker runs: a product, an uploaded table, what a job's products share, or
    the predictions of a file.
    """

    __tablename__ = "training_tasks"
    __table_args__ = (
        UniqueConstraint("job_id", "product_id"),
        one_of("kind", ("shared", "product", "table", "prediction")),
        one_of("status", STATUSES),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint(
            "(status = 'running') = (lease_expires_at IS NOT NULL)", name="lease_while_running"
        ),
        Index("ix_training_tasks_job_id_position", "job_id", "position", unique=True),
        Index("ix_training_tasks_product_id", "product_id"),
        Index("ix_training_tasks_ended", "tenant_id", "completed_at"),
        Index(
            "ix_training_tasks_kept_model_id",
            "kept_model_id",
            postgresql_where=text("kept_model_id IS NOT NULL"),
        ),
        Index(
            "ix_training_tasks_recent",
            "kind",
            "completed_at",
            postgresql_where=text("status = 'completed' AND skipped_reason IS NULL"),
        ),
        Index(
            "ix_training_tasks_recent_of_tenant",
            "tenant_id",
            "kind",
            "completed_at",
            postgresql_where=text("status = 'completed' AND skipped_reason IS NULL"),
        ),
        Index(
            "ix_training_tasks_waiting",
            "job_id",
            "position",
            postgresql_where=text("status = 'pending' AND dispatched_at IS NULL"),
        ),
        Index(
            "ix_training_tasks_in_flight",
            "job_id",
            "dispatched_at",
            postgresql_where=text(IN_FLIGHT),
        ),
        Index(
            "ix_training_tasks_open",
            "job_id",
            postgresql_where=text("status IN ('pending', 'running')"),
        ),
        Index(
            "ix_training_tasks_lease",
            "lease_expires_at",
            postgresql_where=text("status = 'running'"),
        ),
        Index(
            "ix_training_tasks_shared",
            "job_id",
            unique=True,
            postgresql_where=text("kind = 'shared'"),
        ),
    )

    id: Mapped[Id]
    job_id: Mapped[UUID] = mapped_column(ForeignKey("training_job_queue.id", ondelete="CASCADE"))
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"))
    product_name: Mapped[str | None]
    status: Mapped[str] = mapped_column(String(50), server_default="pending")
    attempt: Mapped[int] = mapped_column(server_default="0")
    max_attempts: Mapped[int]
    worker: Mapped[str | None]
    lease_expires_at: Mapped[datetime | None]
    dispatched_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    progress: Mapped[Percentage]
    phase: Mapped[str | None] = mapped_column(String(50))
    current_step: Mapped[str | None] = mapped_column(String(255))
    error_type: Mapped[str | None] = mapped_column(String(100))
    error_message: Mapped[str | None]
    recommended_action: Mapped[str | None]
    severity: Mapped[str | None] = mapped_column(String(20))
    degraded_reason: Mapped[str | None]
    warnings: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    skipped_reason: Mapped[str | None]
    kept_model_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("trained_models.id", ondelete="SET NULL", use_alter=True)
    )
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class TableTrial(Base):
    """One finished trial of a search, as long as its task has not ended: whoever goes on with the
    task need not repeat it.
    """

    __tablename__ = "table_trials"
    __table_args__ = (Index("ix_table_trials_task_id", "task_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("training_tasks.id", ondelete="CASCADE"))
    tenant_id: Mapped[UUID]
    entry: Mapped[Json]
    created_at: Mapped[CreatedAt]


class TrainedModel(Base):
    __tablename__ = "trained_models"
    __table_args__ = (
        UniqueConstraint("tenant_id", "product_id", "model_version"),
        one_of("ml_task", ML_TASKS),
        CheckConstraint(
            "(ml_task = 'forecast') = (product_id IS NOT NULL)", name="product_of_forecast"
        ),
        Index(
            "ix_trained_models_deployed",
            "tenant_id",
            "product_id",
            unique=True,
            postgresql_where=text("is_deployed"),
        ),
        Index("ix_trained_models_newest", "tenant_id", "created_at", "id"),
        Index("ix_trained_models_of_product", "tenant_id", "product_id", "created_at", "id"),
        Index("ix_trained_models_training_job_id", "training_job_id"),
    )

    id: Mapped[Id]
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id"))
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"))
    name: Mapped[str | None]
    ml_task: Mapped[str] = mapped_column(String(20))
    model_version: Mapped[str] = mapped_column(String(50))
    model_path: Mapped[str] = mapped_column(String(500))
    training_job_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("training_job_queue.id", ondelete="SET NULL")
    )
    task_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("training_tasks.id", ondelete="SET NULL"), unique=True
    )
    algorithm: Mapped[str] = mapped_column(String(50), server_default="prophet")
    hyperparameters: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    features: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    details: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    degraded_reason: Mapped[str | None]
    manifest_digest: Mapped[str] = mapped_column(String(64))
    data_digest: Mapped[str | None] = mapped_column(String(64))
    training_digest: Mapped[str | None] = mapped_column(String(64))
    product_category: Mapped[str | None]
    training_duration_seconds: Mapped[int | None]
    training_data_points: Mapped[int | None]
    interval_width: Mapped[float | None]
    frequency: Mapped[str | None] = mapped_column(String(20))
    horizon_days: Mapped[int | None]
    is_deployed: Mapped[bool] = mapped_column(server_default=false())
    deployed_at: Mapped[datetime | None]
    is_pinned: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[CreatedAt]


class ModelMetrics(Base):
    """What a model reached on rows it had not seen; `baseline` is the seasonal naive on the same
    rows.
    """

    __tablename__ = "model_performance_metrics"

    id: Mapped[Id]
    model_id: Mapped[UUID] = mapped_column(
        ForeignKey("trained_models.id", ondelete="CASCADE"), unique=True
    )
    tenant_id: Mapped[UUID]
    product_id: Mapped[UUID | None]
    mae: Mapped[float | None]
    rmse: Mapped[float | None]
    r2_score: Mapped[float | None]
    mape: Mapped[float | None]
    accuracy_percentage: Mapped[float | None]
    wape: Mapped[float | None]
    smape: Mapped[float | None]
    mase: Mapped[float | None]
    coverage: Mapped[float | None]
    baseline: Mapped[Json | None]
    extra: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    validation_data_points: Mapped[int | None]
    created_at: Mapped[CreatedAt]


class TrainingLog(Base):
    __tablename__ = "model_training_logs"
    __table_args__ = (
        Index("ix_model_training_logs_job", "training_job_id", "created_at", "id"),
        Index("ix_model_training_logs_product", "training_job_id", "product_id", "created_at"),
        Index(
            "ix_model_training_logs_steps",
            "tenant_id",
            "created_at",
            postgresql_where=text("execution_time_ms IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    training_job_id: Mapped[UUID] = mapped_column(
        ForeignKey("training_job_queue.id", ondelete="CASCADE")
    )
    tenant_id: Mapped[UUID]
    product_id: Mapped[UUID | None]
    log_level: Mapped[str] = mapped_column(String(20))
    message: Mapped[str]
    step_name: Mapped[str | None] = mapped_column(String(100))
    execution_time_ms: Mapped[int | None]
    details: Mapped[Json | None] = mapped_column("metadata")
    # The clock, not the start of the transaction: lines written together keep their order.
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class ModelArtifact(Base):
    """A stored file of a model, or of what the products of a job share."""

    __tablename__ = "model_artifacts"
    __table_args__ = (
        CheckConstraint("num_nonnulls(model_id, training_job_id) = 1", name="one_owner"),
        Index("ix_model_artifacts_model_id", "model_id"),
        Index("ix_model_artifacts_training_job_id", "training_job_id"),
        Index("ix_model_artifacts_checksum", "checksum"),
    )

    id: Mapped[Id]
    model_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("trained_models.id", ondelete="CASCADE")
    )
    training_job_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("training_job_queue.id", ondelete="CASCADE")
    )
    artifact_type: Mapped[str] = mapped_column(String(50))
    file_path: Mapped[str] = mapped_column(String(500))
    file_size_bytes: Mapped[int] = mapped_column(BigInteger)
    checksum: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[CreatedAt]


class BatchPrediction(Base):
    """A job that predicts a file, and where its result is: null before there is one, and after it
    was kept long enough. It outlives the model.
    """

    __tablename__ = "batch_predictions"
    __table_args__ = (
        Index("ix_batch_predictions_model_id", "model_id"),
        Index(
            "ix_batch_predictions_result_digest",
            "result_digest",
            postgresql_where=text("result_digest IS NOT NULL"),
        ),
    )

    job_id: Mapped[UUID] = mapped_column(
        ForeignKey("training_job_queue.id", ondelete="CASCADE"), primary_key=True
    )
    tenant_id: Mapped[UUID]
    model_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("trained_models.id", ondelete="SET NULL")
    )
    model_public_id: Mapped[str] = mapped_column(String(32))
    result_digest: Mapped[str | None] = mapped_column(String(64))
    result_bytes: Mapped[int | None] = mapped_column(BigInteger)
    rows_predicted: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[CreatedAt]


class Forecast(Base):
    __tablename__ = "forecasts"

    model_id: Mapped[UUID] = mapped_column(
        ForeignKey("trained_models.id", ondelete="CASCADE"), primary_key=True
    )
    ds: Mapped[datetime] = mapped_column(DateTime(timezone=False), primary_key=True)
    yhat: Mapped[float]
    yhat_lower: Mapped[float | None]
    yhat_upper: Mapped[float | None]


class ForecastDetails(Base):
    """What a stored forecast consists of, in the shapes of `db.lifecycle.outcomes`.

    The rows of `quantiles` and `drivers` are the first periods of the forecast, in time order.
    """

    __tablename__ = "forecast_details"

    model_id: Mapped[UUID] = mapped_column(
        ForeignKey("trained_models.id", ondelete="CASCADE"), primary_key=True
    )
    tenant_id: Mapped[UUID]
    quantiles: Mapped[Json]
    drivers: Mapped[Json]
    errors: Mapped[Json]


class OutboxEvent(Base):
    """An event that other systems will receive, written with the change that it tells of."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_unpublished", "id", postgresql_where=text("published_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(unique=True, server_default=func.gen_random_uuid())
    tenant_id: Mapped[UUID]
    job_id: Mapped[UUID | None]
    event_type: Mapped[str] = mapped_column(String(50))
    routing_key: Mapped[str] = mapped_column(String(100))
    payload: Mapped[Json]
    created_at: Mapped[CreatedAt]
    published_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None]
    claimed_until: Mapped[datetime | None]


class IdempotencyKey(Base):
    __tablename__ = "idempotency_keys"
    __table_args__ = (
        Index("ix_idempotency_keys_created_at", "created_at"),
        Index("ix_idempotency_keys_job_id", "job_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_digest: Mapped[str] = mapped_column(String(64))
    resource_type: Mapped[str] = mapped_column(String(30), server_default="job")
    resource_id: Mapped[str | None] = mapped_column(String(255))
    # Checked at commit: the key is taken before the job it names exists, so that a second request
    # waits.
    job_id: Mapped[UUID | None] = mapped_column(
        ForeignKey(
            "training_job_queue.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"
        )
    )
    created_at: Mapped[CreatedAt]


class StoredProgress(Base):
    """A job's progress messages: the history that Redis may lose."""

    __tablename__ = "progress_messages"

    job_id: Mapped[UUID] = mapped_column(
        ForeignKey("training_job_queue.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    body: Mapped[Json]
    created_at: Mapped[CreatedAt]


class Worker(Base):
    """A training worker that is alive, and how many tasks it runs at once."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(primary_key=True)
    slots: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
