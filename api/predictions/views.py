"""What is asked of a model in use: predictions, explanations, a file, and its live scores."""

from uuid import UUID

from flask import Response, request

from api.errors import NotAcceptableError, NotFoundError, UnsupportedTypeError
from api.models.summaries import find_record
from api.predictions.asking import JSON, Wanted, ask, stated
from api.predictions.figures import live_figures
from api.predictions.schemas import ExplainQuery, ExportQuery, LiveScores, PredictQuery
from api.services import Services
from db.models import live_scores

CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
ARROW = "application/vnd.apache.arrow.stream"
CONSUMES = (CSV, PARQUET, ARROW)
PRODUCES = (JSON, CSV, ARROW)
BINARY = "application/octet-stream"

_BYTES_PER_MB = 10**6


def predict(services: Services, tenant_id: UUID, model_id: str, query: PredictQuery) -> Response:
    content_type, accept = _content_type(), _accepted()
    return ask(
        services,
        tenant_id,
        model_id,
        Wanted(
            "predict",
            stated(query),
            content_type=content_type,
            accept=accept,
            body=_body(services),
        ),
    )


def explain(services: Services, tenant_id: UUID, model_id: str, query: ExplainQuery) -> Response:
    content_type = _content_type()
    wanted = Wanted("explain", stated(query), content_type=content_type, body=_body(services))
    return ask(services, tenant_id, model_id, wanted)


def export(services: Services, tenant_id: UUID, model_id: str, query: ExportQuery) -> Response:
    return ask(services, tenant_id, model_id, Wanted("export", stated(query)))


def live(services: Services, tenant_id: UUID, model_id: str) -> LiveScores:
    days = services.settings.live_window_days
    with services.sessions() as session:
        record = find_record(session, tenant_id, model_id)
        model = record.model
        if model.ml_task != "forecast":
            raise NotFoundError(f"{model.public_id} is no forecast, so no sales can score it")
        score = live_scores.score_of(session, model.id)
        periods = live_scores.periods_of(session, model.id, window_days=days)
    return LiveScores.model_validate(
        {
            "model_id": model.public_id,
            "product_id": model.product_id,
            "name": model.name,
            "is_deployed": model.is_deployed,
            "interval_width": model.interval_width,
            "backtest_wape": record.metrics.wape,
            "periods": periods,
        }
        | live_figures(score)
    )


def _content_type() -> str:
    """That of the body; a body without one is taken for JSON."""
    found = request.mimetype or JSON
    if found not in (JSON, *CONSUMES):
        raise UnsupportedTypeError(f"{found} is not accepted: send {', '.join((JSON, *CONSUMES))}")
    return found


def _accepted() -> str:
    if not request.accept_mimetypes:
        return JSON
    best = request.accept_mimetypes.best_match(PRODUCES)
    if best is None:
        raise NotAcceptableError(f"Answers are {', '.join(PRODUCES)}")
    return best


def _body(services: Services) -> bytes:
    request.max_content_length = services.settings.prediction_max_mb * _BYTES_PER_MB
    return request.get_data()
