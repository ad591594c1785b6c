"""The work of one job that predicts a file: rows in, a stored Parquet file of predictions out."""

import tempfile
from functools import partial
from pathlib import Path

from core.artifacts import ArtifactStore, Blob
from core.predictions import PREDICTING, STORING
from db.lifecycle.outcomes import PredictionOutcome
from db.operation import audit
from db.tables import BatchPrediction
from db.transitions import Claim
from pipeline.progress import Progress, ProgressCallback
from pipeline.table.batch_prediction import BatchOptions, predict_batches
from pipeline.table.batches import RowFile, open_rows
from worker.artifacts import with_store
from worker.context import Context
from worker.errors import ModelMissingError, ModelNotLoadableError, TaskDataMissingError
from worker.phase_clock import FIRST_PHASE
from worker.predictions.loaded import LoadedTable, load_model
from worker.table_request import table_limits

_LOADED, _PREDICTED = 5.0, 95.0
_RESULT = "predictions.parquet"


def predict_file(
    claim: Claim, context: Context, on_progress: ProgressCallback
) -> PredictionOutcome:
    """Raises `TaskDataMissingError`, or what `pipeline` finds wrong with the rows."""
    digest = claim.upload_digest
    if digest is None:
        raise TaskDataMissingError("The job names no uploaded file")
    on_progress(Progress(FIRST_PHASE, 0.0, "Loading the model and the file"))
    fitted = _model(claim, context)
    path = with_store(context, lambda: context.store.fetch(digest, Path(tempfile.mkdtemp())))
    options = BatchOptions(
        candidate=claim.job_request.get("candidate"),
        keep_columns=bool(claim.job_request.get("keep_columns")),
    )
    target = path.with_name(_RESULT)
    with path.open("rb") as source, target.open("wb") as sink:
        rows = open_rows(source, table_limits(context.settings))
        count = predict_batches(
            fitted, rows, sink, options, lambda done: on_progress(_predicting(rows, done))
        )
    on_progress(Progress(STORING, _PREDICTED, f"Storing the predictions of {count:,} rows"))
    blob = with_store(context, partial(_put, context.store, target))
    return PredictionOutcome(digest=blob.digest, size=blob.size, rows=count)


def _put(store: ArtifactStore, file: Path) -> Blob:
    with file.open("rb") as content:
        return store.put(content)


def _model(claim: Claim, context: Context) -> LoadedTable:
    with context.sessions() as session:
        prediction = session.get_one(BatchPrediction, claim.token.job_id)
    if prediction.model_id is None:
        raise ModelMissingError(f"The model {prediction.model_public_id} was deleted")
    tenant_id = claim.token.tenant_id
    whoever_asked = audit.who_began(tenant_id, "job", str(claim.token.job_id))
    loading = partial(load_model, tenant_id, prediction.model_id, whoever_asked, context)
    try:
        loaded = with_store(context, loading)
    except ModelNotLoadableError as error:
        raise ModelMissingError(str(error)) from error
    if not isinstance(loaded.fitted, LoadedTable):
        raise ModelMissingError(f"{loaded.public_id} is the forecast of a product")
    return loaded.fitted


def _predicting(rows: RowFile, done: int) -> Progress:
    known = "" if rows.rows is None else f" of {rows.rows:,}"
    metrics = {"rows_predicted": done, "rows_total": rows.rows}
    percentage = _LOADED + rows.share_read * (_PREDICTED - _LOADED)
    return Progress(PREDICTING, percentage, f"{done:,}{known} rows are predicted", metrics)
