"""With RETRAIN_ON_IMPORT, products are trained again when their sales were imported."""

from uuid import UUID

from api.actor import actor_of_request
from api.sales.schemas import ImportReport
from api.services import Services
from celeryconfig import DISPATCH
from db.errors import NotTrainableError, QuotaExceededError
from db.jobs.requests import JobLimits, JobRequest
from db.jobs.retraining import retrain


def retrain_if_wanted(services: Services, tenant_id: UUID, report: ImportReport) -> None:
    """The import stands whatever comes of it; a training that cannot start is a warning."""
    has_news = report.rows_inserted + report.rows_updated + report.rows_deleted > 0
    if not (services.settings.retrain_on_import and has_news):
        return
    asked = JobRequest(
        products=tuple(map(str, report.product_ids)),
        job_name="Retraining after new sales",
        trigger="event",
        actor=actor_of_request(),
        trace_context=services.tracing.traceparent(),
    )
    try:
        with services.sessions.begin() as session:
            retrain(session, tenant_id, asked, JobLimits.from_settings(services.settings))
    except (NotTrainableError, QuotaExceededError) as error:
        report.warnings.append(f"Not trained again: {error}")
    else:
        services.send(DISPATCH)
