"""The story of one prediction: take the request, find the model, predict, answer."""

from dataclasses import replace
from uuid import UUID

import structlog

from core.errors import ArtifactStoreAwayError
from core.predictions import PredictionAnswer, PredictionExchange, PredictionRequest
from db.operation.audit import Actor
from pipeline.errors import PipelineError
from pipeline.table.spec import TableLimits
from worker.context import Context
from worker.errors import ModelNotLoadableError
from worker.predictions import answers
from worker.predictions.cache import ModelCache
from worker.predictions.explaining import explain_table
from worker.predictions.exporting import export_model
from worker.predictions.forecasts import predict_forecast
from worker.predictions.loaded import LoadedModel, LoadedTable, load_model
from worker.predictions.since import known_since
from worker.predictions.tables import predict_table
from worker.predictions.totals import add_up

log = structlog.get_logger(__name__)

BYTES_PER_MB = 1024**2


class PredictionServer:
    """Answers one request after the other, with models that stay loaded."""

    def __init__(self, context: Context, exchange: PredictionExchange) -> None:
        settings = context.settings
        self._context = context
        self._exchange = exchange
        self._limits = TableLimits(
            max_rows=settings.prediction_max_rows,
            max_columns=settings.table_max_columns,
            max_bytes_in_memory=settings.table_max_memory_mb * BYTES_PER_MB,
        )
        self._explanation_limits = replace(self._limits, max_rows=settings.explanation_max_rows)
        self._most_exported_bytes = settings.export_max_mb * BYTES_PER_MB
        self.cache = ModelCache(
            max_models=settings.prediction_cache_models,
            max_bytes=settings.prediction_cache_mb * BYTES_PER_MB,
        )

    def serve(self, prediction_id: UUID) -> bool:
        """Answer the request; False if nobody waits for it any more."""
        request = self._exchange.take(prediction_id)
        if request is None:
            return False
        self._exchange.answer(prediction_id, self._answer(request))
        return True

    def _answer(self, request: PredictionRequest) -> PredictionAnswer:
        try:
            return self._work(request)
        except PipelineError as error:
            return answers.refused(error)
        except ModelNotLoadableError as error:
            log.warning("model not loaded", model_id=request.model_id, exc_info=True)
            return answers.unloadable(str(error))
        except ArtifactStoreAwayError:
            log.warning("artifact store away", model_id=request.model_id, exc_info=True)
            return answers.away()
        except Exception:  # somebody waits for an answer, whatever went wrong
            log.exception("prediction failed", model_id=request.model_id)
            return answers.failed()

    def _model(self, request: PredictionRequest) -> LoadedModel:
        if request.model_id is None or request.manifest_digest is None:
            raise ModelNotLoadableError(f"No model was named, which {request.operation} needs")
        self._context.count("model_cache_lookups")
        model_id = UUID(request.model_id)
        loaded = self.cache.get(request.manifest_digest, lambda: self._load(request, model_id))
        if (loaded.model_id, str(loaded.tenant_id)) != (model_id, request.tenant_id):
            raise ModelNotLoadableError("The model that was asked for has other files")
        return loaded

    def _load(self, request: PredictionRequest, model_id: UUID) -> LoadedModel:
        self._context.count("model_cache_misses")
        return load_model(UUID(request.tenant_id), model_id, Actor(request.actor), self._context)

    def _work(self, request: PredictionRequest) -> PredictionAnswer:
        if request.operation == "totals":
            return add_up(request, self._context)
        loaded = self._model(request)
        match request.operation:
            case "predict":
                return self._predict(loaded, request)
            case "explain":
                return explain_table(loaded, request, self._explanation_limits)
            case "export":
                return export_model(loaded, request, self._most_exported_bytes)

    def _predict(self, loaded: LoadedModel, request: PredictionRequest) -> PredictionAnswer:
        model, public_id = loaded.fitted, loaded.public_id
        if isinstance(model, LoadedTable):
            return predict_table(model, public_id, request, self._limits)
        since = known_since(model, loaded.tenant_id, loaded.product_id, self._context)
        return predict_forecast(model, public_id, request, self._limits, since)
