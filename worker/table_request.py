"""What was asked of a table's training, as the pipeline takes it."""

from collections.abc import Mapping
from typing import Any

from core.settings import Settings
from pipeline.table.spec import TableLimits, TableSpec
from worker.device import device_for

BYTES_PER_MB = 1024**2
SHARE_FOR_THE_SEARCH = 0.9
"""Of the time that a job has left: its model must be stored, too."""

_SAME = (
    "model_type",
    "task_name",
    "test_size",
    "time_column",
    "group_column",
    "horizon",
    "metric",
    "max_predict_ms",
    "seed",
)


def table_spec(request: Mapping[str, Any], settings: Settings, *, seconds_left: float) -> TableSpec:
    """The request as the pipeline takes it; what was left out has the pipeline's default."""
    return TableSpec(
        ml_task=request.get("ml_task", ""),
        target_variable=request.get("target_variable"),
        exclude_columns=tuple(request.get("exclude_columns") or ()),
        time_budget_seconds=_time_budget(request, settings, seconds_left),
        threads=settings.task_threads,
        device=device_for(settings.task_device),
        max_memory_bytes=settings.table_max_memory_mb * BYTES_PER_MB,
        **{name: request[name] for name in _SAME if request.get(name) is not None},
    )


def table_limits(settings: Settings) -> TableLimits:
    return TableLimits(
        max_rows=settings.table_max_rows,
        max_columns=settings.table_max_columns,
        max_bytes_in_memory=settings.table_max_memory_mb * BYTES_PER_MB,
    )


def _time_budget(request: Mapping[str, Any], settings: Settings, seconds_left: float) -> float:
    """What was asked for or is usual, but never longer than the job may still run."""
    wanted = request.get("time_budget_seconds") or settings.table_time_budget_seconds
    return max(1.0, min(wanted, SHARE_FOR_THE_SEARCH * seconds_left))
