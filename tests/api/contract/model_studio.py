"""What the Model Studio document names: the request, phases, messages, limits and rates."""

from typing import Any

SOCKET = "/api/model-studio/ws/train-from-parquet"
LARGEST_FILE_MB = 100
START_WITHIN_S = 60
PING_EVERY_S = 30
PONG_WITHIN_S = 10
TRAINING_HOURS = 24

TASKS = ("classification", "regression", "clustering", "time_series")

REQUIRED = ("action", "ml_task")
"""Beside `file_data`, which may come as a binary message, and the target of a supervised task."""
DEFAULTS: dict[str, Any] = {"model_type": "auto", "task_name": None, "test_size": 0.2}

PHASES: dict[str, tuple[float, float]] = {
    "data_loading": (0, 10),
    "data_analysis": (10, 20),
    "preprocessing": (20, 35),
    "algorithm_selection": (35, 45),
    "training": (45, 85),
    "evaluation": (85, 95),
    "completed": (100, 100),
}

PROGRESS: dict[str, Any] = {
    "type": str,
    "phase": str,
    "progress": float,
    "message": str,
    "metrics": dict,
    "logs": list,
    "timestamp": str,
}

TRAINING_METRICS: dict[str, Any] = {
    "current_algorithm": str,
    "train_accuracy": float,
    "validation_accuracy": float,
    "iteration": int,
    "total_iterations": int,
}

COMPLETED: dict[str, Any] = {
    "type": str,
    "phase": str,
    "progress": float,
    "message": str,
    "metrics": {
        "algorithm": str,
        "train_accuracy": float,
        "test_accuracy": float,
        "total_time_seconds": float,
    },
    "logs": [str],
    "model_id": str,
    "model_file_path": str,
    "preprocessing_file_path": str,
    "timestamp": str,
}
COMPLETED_MESSAGE = "Model training completed successfully"
OF_AMOUNTS = ("train_r2", "test_r2")
"""Numbers where amounts are predicted; their names are in every ending."""

ERROR: dict[str, Any] = {"type": str, "message": str, "timestamp": str}
MISSING_TARGET = (
    "Training failed: Target variable '{target}' not found in data. Available columns: {columns}"
)
