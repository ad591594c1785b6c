"""Scores the forecasts in use when sales have come in, watches for drift, asks for trainings."""

from dataclasses import replace

import structlog

from db.errors import RecordError
from db.jobs.requests import JobLimits
from db.models import live_scores
from db.models.drift_retraining import ask_for_retraining, due_retrainings
from db.operation.audit import SERVICE
from worker.context import Context
from worker.dispatcher import dispatch_if_possible
from worker.drift import watch
from worker.origin import origin

log = structlog.get_logger(__name__)

MODELS_AT_ONCE = 500


def score_forecasts(context: Context) -> int:
    """Score what is due; how many models."""
    total = 0
    while scored := _score_some(context):
        total += scored
    if total:
        log.info("forecasts scored", models=total)
    if context.settings.retrain_on_drift:
        _retrain(context)
    return total


def _score_some(context: Context) -> int:
    settings = context.settings
    with context.sessions.begin() as session:
        scored = live_scores.score_due(
            session, window_days=settings.live_window_days, limit=MODELS_AT_ONCE
        )
        for champion in live_scores.champion_scores(session, scored):
            watch(session, champion, retrains=settings.retrain_on_drift)
    return len(scored)


def _retrain(context: Context) -> None:
    limits = JobLimits.from_settings(context.settings)
    with context.sessions() as session:
        tenants = list(due_retrainings(session))
    for tenant_id in tenants:
        try:
            with (
                origin(context, "retraining after drift") as source,
                context.sessions.begin() as session,
            ):
                live_scores.take_turns(session)
                alerts = due_retrainings(session).get(tenant_id, ())
                if not alerts:
                    continue
                job_id = ask_for_retraining(
                    session,
                    tenant_id,
                    alerts,
                    limits,
                    actor=replace(SERVICE, request_id=source.request_id),
                    trace_context=source.trace_context,
                )
        except RecordError as error:  # its quota is used up, say: another time
            log.info("no retraining after drift", tenant_id=str(tenant_id), reason=str(error))
        else:
            log.info("retraining after drift", tenant_id=str(tenant_id), job_id=str(job_id))
            dispatch_if_possible(context)
