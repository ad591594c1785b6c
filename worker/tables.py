"""The work of one upload: a Parquet file in, a stored classifier or regressor out."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.settings import Settings
from db.outcomes import LogLine, ModelOutcome
from db.transitions import Claim
from pipeline.progress import ProgressCallback
from pipeline.table.result import TableResult
from pipeline.table.spec import TableLimits, TableSpec
from pipeline.table.train import train_table
from worker import bundle
from worker.artifacts import artifact_files, store_files
from worker.context import Context
from worker.errors import TaskDataMissingError
from worker.plain import plain

BYTES_PER_MB = 1024**2


def train_uploaded_table(
    claim: Claim, context: Context, on_progress: ProgressCallback
) -> ModelOutcome:
    if claim.upload_digest is None:
        raise TaskDataMissingError("The job names no uploaded file")
    spec = table_spec(claim.job_request, threads=context.settings.task_threads)
    path = context.store.fetch(claim.upload_digest, Path(tempfile.mkdtemp()))
    with path.open("rb") as source:
        result = train_table(
            source,
            spec,
            limits=table_limits(context.settings),
            on_progress=on_progress,
            should_finish=context.should_finish,
        )
    return _outcome(spec, result, context)


def table_spec(request: dict[str, Any], *, threads: int) -> TableSpec:
    """The request as the pipeline takes it; what was left out has the pipeline's default."""
    given = {
        name: request[name]
        for name in ("model_type", "task_name", "test_size")
        if request.get(name) is not None
    }
    return TableSpec(
        ml_task=request.get("ml_task", ""),
        target_variable=request.get("target_variable"),
        exclude_columns=tuple(request.get("exclude_columns") or ()),
        threads=threads,
        **given,
    )


def table_limits(settings: Settings) -> TableLimits:
    return TableLimits(
        max_rows=settings.table_max_rows,
        max_columns=settings.table_max_columns,
        max_bytes_in_memory=settings.table_max_memory_mb * BYTES_PER_MB,
    )


def _outcome(spec: TableSpec, result: TableResult, context: Context) -> ModelOutcome:
    stored = store_files(
        context,
        {
            "model.pkl": bundle.dumps(result.model),
            "preprocessing.pkl": bundle.dumps(result.preprocessing),
            "feature_list.json": json.dumps(list(result.features), indent=1).encode(),
        },
        versions=result.library_versions,
        data_digest=result.data_digest,
    )
    return ModelOutcome(
        ml_task="classification" if result.ml_task == "classification" else "regression",
        name=spec.task_name,
        algorithm=result.algorithm,
        manifest_digest=stored.manifest_digest,
        artifacts=artifact_files(stored),
        metrics=plain(result.metrics),
        hyperparameters=plain(result.hyperparameters),
        features=result.features,
        details={
            "target_variable": result.target_variable,
            "classes": plain(result.classes),
            "selection_metric": result.selection_metric,
            "leaderboard": plain(result.leaderboard),
            "profile": plain(result.profile),
            "notes": list(result.notes),
            "library_versions": dict(result.library_versions),
            "seed": spec.seed,
        },
        data_digest=result.data_digest,
        training_seconds=_seconds(result),
        training_data_points=result.training_data_points,
        validation_data_points=result.validation_data_points,
        logs=tuple(_log_lines(result)),
        auto_deploy=False,
    )


def _seconds(result: TableResult) -> float:
    seconds = result.metrics.get("total_time_seconds")
    return float(seconds) if isinstance(seconds, int | float) else 0.0


def _log_lines(result: TableResult) -> Iterator[LogLine]:
    return (LogLine(message=note, step_name="training") for note in result.notes)
