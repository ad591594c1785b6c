"""The work of one upload: a Parquet file in, a stored model of its table out."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from db.lifecycle.outcomes import LogLine, MlTask, ModelOutcome
from db.transitions import Claim
from pipeline.progress import ProgressCallback
from pipeline.table.result import TableResult
from pipeline.table.search.interval import INTERVAL_LEVEL
from pipeline.table.spec import TableSpec
from pipeline.table.train import train_table
from worker.artifacts import artifact_files, store_files, with_store
from worker.context import Context
from worker.errors import TaskDataMissingError
from worker.plain import plain
from worker.table_files import table_files
from worker.table_request import table_limits, table_spec
from worker.trial_journal import TrialJournal


def train_uploaded_table(
    claim: Claim, context: Context, on_progress: ProgressCallback
) -> ModelOutcome:
    digest = claim.upload_digest
    if digest is None:
        raise TaskDataMissingError("The job names no uploaded file")
    spec = table_spec(claim.job_request, context.settings, seconds_left=claim.seconds_left)
    path = with_store(context, lambda: context.store.fetch(digest, Path(tempfile.mkdtemp())))
    with path.open("rb") as source:
        result = train_table(
            source,
            spec,
            limits=table_limits(context.settings),
            on_progress=on_progress,
            should_finish=context.should_finish,
            journal=TrialJournal(context.sessions, claim.token),
        )
    return _outcome(spec, result, context)


def _outcome(spec: TableSpec, result: TableResult, context: Context) -> ModelOutcome:
    stored = store_files(
        context,
        table_files(result, spec),
        versions=result.library_versions,
        data_digest=result.data_digest,
    )
    return ModelOutcome(
        ml_task=cast("MlTask", result.ml_task),
        name=spec.task_name,
        algorithm=result.algorithm,
        manifest_digest=stored.manifest_digest,
        artifacts=artifact_files(stored),
        metrics=plain(result.metrics),
        hyperparameters=plain(result.hyperparameters),
        features=result.features,
        details=_details(spec, result),
        data_digest=result.data_digest,
        training_seconds=_seconds(result),
        training_data_points=result.training_data_points,
        validation_data_points=result.validation_data_points,
        logs=tuple(_log_lines(result)),
        auto_deploy=False,
    )


def _details(spec: TableSpec, result: TableResult) -> dict[str, Any]:
    return {
        "target_variable": result.target_variable,
        "classes": plain(result.classes),
        "selection_metric": result.selection_metric,
        "leaderboard": plain(result.leaderboard),
        "chosen_candidate": None,
        "interval_level": INTERVAL_LEVEL if result.ml_task in _WITH_INTERVALS else None,
        "profile": plain(result.profile),
        "notes": list(result.notes),
        "library_versions": dict(result.library_versions),
        "time_budget_seconds": spec.time_budget_seconds,
        "max_predict_ms": spec.max_predict_ms,
        "seed": spec.seed,
    }


_WITH_INTERVALS = frozenset({"regression", "time_series"})


def _seconds(result: TableResult) -> float:
    seconds = result.metrics.get("total_time_seconds")
    return float(seconds) if isinstance(seconds, int | float) else 0.0


def _log_lines(result: TableResult) -> Iterator[LogLine]:
    return (LogLine(message=note, step_name="training") for note in result.notes)
