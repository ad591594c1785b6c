"""What the Training Service document names: endpoints, tables, events, settings, series, messages.

A column's type is the document's unless `docs/data-model.md` tells why another was chosen.
"""

from typing import Any

PREFIX = "/api/v1/training"

ENDPOINTS = (
    ("POST", "/start"),
    ("POST", "/start/{product_id}"),
    ("POST", "/stop/{job_id}"),
    ("GET", "/status/{job_id}"),
    ("GET", "/history"),
    ("DELETE", "/jobs/{job_id}"),
    ("GET", "/models"),
    ("GET", "/models/{model_id}"),
    ("GET", "/models/{model_id}/metrics"),
    ("GET", "/models/latest/{product_id}"),
    ("POST", "/models/{model_id}/deploy"),
    ("DELETE", "/models/{model_id}"),
    ("GET", "/analytics/performance"),
    ("GET", "/analytics/accuracy"),
    ("GET", "/analytics/duration"),
)
SOCKET = "/ws/{job_id}"

TABLES = {
    "training_job_queue": {
        "id": "uuid",
        "tenant_id": "uuid",
        "job_name": "character varying(255)",
        "products_to_train": "text[]",
        "status": "character varying(50)",
        "priority": "integer",
        "progress_percentage": "numeric(5,2)",
        "current_step": "character varying(255)",
        "products_completed": "integer",
        "products_total": "integer",
        "started_at": "timestamp with time zone",
        "completed_at": "timestamp with time zone",
        "estimated_completion": "timestamp with time zone",
        "error_message": "text",
        "retry_count": "integer",
        "created_by": "uuid",
        "created_at": "timestamp with time zone",
        "updated_at": "timestamp with time zone",
    },
    "trained_models": {
        "id": "uuid",
        "tenant_id": "uuid",
        "product_id": "uuid",
        "model_version": "character varying(50)",
        "model_path": "character varying(500)",
        "training_job_id": "uuid",
        "algorithm": "character varying(50)",
        "hyperparameters": "jsonb",
        "training_duration_seconds": "integer",
        "training_data_points": "integer",
        "is_deployed": "boolean",
        "deployed_at": "timestamp with time zone",
        "created_at": "timestamp with time zone",
    },
    "model_performance_metrics": {
        "id": "uuid",
        "model_id": "uuid",
        "tenant_id": "uuid",
        "product_id": "uuid",
        "mae": "double precision",
        "rmse": "double precision",
        "r2_score": "double precision",
        "mape": "double precision",
        "accuracy_percentage": "double precision",
        "validation_data_points": "integer",
        "created_at": "timestamp with time zone",
    },
    "model_training_logs": {
        "id": "uuid",
        "training_job_id": "uuid",
        "tenant_id": "uuid",
        "product_id": "uuid",
        "log_level": "character varying(20)",
        "message": "text",
        "step_name": "character varying(100)",
        "execution_time_ms": "integer",
        "metadata": "jsonb",
        "created_at": "timestamp with time zone",
    },
    "model_artifacts": {
        "id": "uuid",
        "model_id": "uuid",
        "artifact_type": "character varying(50)",
        "file_path": "character varying(500)",
        "file_size_bytes": "bigint",
        "checksum": "character varying(64)",
        "created_at": "timestamp with time zone",
    },
}

DEFAULTS = {
    ("training_job_queue", "priority"): "0",
    ("training_job_queue", "products_completed"): "0",
    ("training_job_queue", "retry_count"): "0",
    ("training_job_queue", "created_at"): "now()",
    ("training_job_queue", "updated_at"): "now()",
    ("trained_models", "algorithm"): "'prophet'::character varying",
    ("trained_models", "is_deployed"): "false",
}

REFERENCES = {
    ("trained_models", "training_job_id"): "training_job_queue",
    ("model_performance_metrics", "model_id"): "trained_models",
    ("model_training_logs", "training_job_id"): "training_job_queue",
    ("model_artifacts", "model_id"): "trained_models",
}

UNIQUE = ("trained_models", ("tenant_id", "product_id", "model_version"))

SETTINGS = {
    "PORT": 8004,
    "DATABASE_URL": None,
    "RABBITMQ_URL": None,
    "MODEL_STORAGE_PATH": "/models",
    "MAX_CONCURRENT_JOBS": 3,
    "MAX_TRAINING_TIME_MINUTES": 30,
    "MIN_TRAINING_DATA_DAYS": 30,
    "ENABLE_AUTO_DEPLOYMENT": True,
    "PROPHET_DAILY_SEASONALITY": True,
    "PROPHET_WEEKLY_SEASONALITY": True,
    "PROPHET_YEARLY_SEASONALITY": True,
    "PROPHET_INTERVAL_WIDTH": 0.95,
    "PROPHET_CHANGEPOINT_PRIOR_SCALE": 0.05,
    "WEBSOCKET_HEARTBEAT_INTERVAL": 30,
    "WEBSOCKET_MAX_CONNECTIONS": 10,
    "WEBSOCKET_MESSAGE_QUEUE_SIZE": 100,
    "MODEL_RETENTION_DAYS": 90,
    "MAX_MODEL_VERSIONS_PER_PRODUCT": 10,
    "ENABLE_MODEL_COMPRESSION": True,
    "LOG_LEVEL": "INFO",
    "PROPHET_VERBOSE": False,
    "ENABLE_PROFILING": False,
}

Shape = dict[str, Any]

COMPLETED_EVENT: Shape = {
    "event_type": str,
    "tenant_id": str,
    "job_id": str,
    "job_name": str,
    "status": str,
    "results": {
        "successful_trainings": int,
        "failed_trainings": int,
        "total_products": int,
        "models_created": [
            {
                "product_id": str,
                "product_name": str,
                "model_version": str,
                "accuracy": float,
                "mae": float,
                "rmse": float,
                "r2_score": float,
            }
        ],
        "average_accuracy": float,
        "training_duration_seconds": int,
    },
    "started_at": str,
    "completed_at": str,
    "timestamp": str,
}

FAILED_EVENT: Shape = {
    "event_type": str,
    "tenant_id": str,
    "job_id": str,
    "product_id": str,
    "product_name": str,
    "error_type": str,
    "error_message": str,
    "recommended_action": str,
    "severity": str,
    "timestamp": str,
}

PROGRESS_MESSAGE: Shape = {
    "type": str,
    "job_id": str,
    "progress": {
        "percentage": float,
        "current_step": str,
        "products_completed": int,
        "products_total": int,
        "estimated_time_remaining": int,
        "started_at": str,
    },
    "timestamp": str,
}

SERIES: dict[str, tuple[str, set[str]]] = {
    "training_jobs_total": ("counter", {"tenant_id", "status"}),
    "training_duration_seconds": ("histogram", {"tenant_id"}),
    "models_trained_total": ("counter", {"tenant_id", "product_category"}),
    "model_accuracy_percentage": ("histogram", {"tenant_id"}),
    "model_mae": ("histogram", {"tenant_id"}),
    "training_websocket_connections": ("gauge", {"tenant_id"}),
    "training_websocket_messages_total": ("counter", {"tenant_id", "message_type"}),
}

BUCKETS = {
    "training_duration_seconds": {10, 30, 60, 120, 300, 600, 1800, 3600},
    "model_accuracy_percentage": {50, 60, 70, 75, 80, 85, 90, 95, 100},
    "model_mae": {1, 5, 10, 20, 30, 50, 100},
}
