"""What a job as a whole suggests, where many of its products share a trouble."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables import ModelMetrics, TrainedModel, TrainingJob, TrainingTask

MANY_PRODUCTS = 2
LOW_ACCURACY = 70.0
MOST_WARNINGS = 5


def hints(session: Session, job: TrainingJob, *, min_training_data_days: int) -> list[str]:
    """Sentences for whoever looks at the job; usually none."""
    if job.kind != "products":
        return []
    found = [
        _short_histories(session, job, min_training_data_days),
        _low_accuracies(session, job),
        *_warnings(session, job),
    ]
    return [hint for hint in found if hint is not None]


def _warnings(session: Session, job: TrainingJob) -> list[str]:
    """What products had to do without; the commonest sentences."""
    each = func.jsonb_array_elements_text(TrainingTask.warnings).label("warning")
    told = select(each).where(TrainingTask.job_id == job.id).subquery()
    rows = session.execute(
        select(told.c.warning, func.count())
        .group_by(told.c.warning)
        .order_by(func.count().desc(), told.c.warning)
        .limit(MOST_WARNINGS)
    )
    return [f"{count} of {job.products_total} products: {warning}" for warning, count in rows]


def _short_histories(session: Session, job: TrainingJob, least_days: int) -> str | None:
    count = session.scalar(
        select(func.count()).where(
            TrainingTask.job_id == job.id,
            TrainingTask.status == "failed",
            TrainingTask.error_type == "InsufficientDataError",
        )
    )
    if (count or 0) < MANY_PRODUCTS:
        return None
    return (
        f"{count} of {job.products_total} products have too little sales history: import older"
        f" sales, or let fewer than {least_days} days do (“Days of sales needed” under Advanced;"
        " MIN_TRAINING_DATA_DAYS)."
    )


def _low_accuracies(session: Session, job: TrainingJob) -> str | None:
    statement = (
        select(func.count())
        .select_from(TrainedModel)
        .join(ModelMetrics, ModelMetrics.model_id == TrainedModel.id)
        .where(
            TrainedModel.training_job_id == job.id, ModelMetrics.accuracy_percentage < LOW_ACCURACY
        )
    )
    count = session.scalar(statement) or 0
    if count == 0:
        return None
    models = "model is" if count == 1 else "models are"
    return (
        f"{count} {models} less accurate than {LOW_ACCURACY:g} %: “Where to look first” under"
        " “How it goes” lists the worst products, why, and what to do"
        " (`model-studio analytics accuracy`)."
    )
