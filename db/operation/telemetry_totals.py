"""What rows count for in the figures for Prometheus outlives them, so that no counter ever falls.

Read what rows count for before they are deleted, and keep it with the last write of the
transaction: then nobody who waits for these totals holds a row that a deletion still has to lock.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Double, Text, Uuid, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.bulk import rows
from db.operation_tables import TelemetryTotal
from db.tables import ModelMetrics, TrainedModel, TrainingJob

JOBS, DURATIONS = "jobs", "durations"
MODELS, ACCURACIES, MAES = "models", "accuracies", "maes"

BUCKETS = {
    DURATIONS: (10, 30, 60, 120, 300, 600, 1800, 3600),
    ACCURACIES: (50, 60, 70, 75, 80, 85, 90, 95, 100),
    MAES: (1, 5, 10, 20, 30, 50, 100),
}
COUNT, SUM = "count", "sum"

Amount = tuple[str, str, float]
"""Series, label, and by how much it rises. Labels of a histogram: its bounds, `count`, `sum`."""


def category_of_model() -> ColumnElement[str]:
    """What its product was when it was trained; its task, where there was no category."""
    return func.coalesce(TrainedModel.product_category, TrainedModel.ml_task)


def amounts_of_job(job: TrainingJob) -> list[Amount]:
    """What a job that has ended counts for; of one that only predicts, nothing."""
    if not job.is_training:
        return []
    amounts: list[Amount] = [(JOBS, job.status, 1)]
    if job.started_at is not None and job.completed_at is not None:
        amounts += _observed(DURATIONS, (job.completed_at - job.started_at).total_seconds())
    return amounts


def amounts_of_models(session: Session, which: ColumnElement[bool]) -> list[Amount]:
    """What these models count for."""
    statement = (
        select(category_of_model(), ModelMetrics.accuracy_percentage, ModelMetrics.mae)
        .select_from(TrainedModel)
        .outerjoin(ModelMetrics, ModelMetrics.model_id == TrainedModel.id)
        .where(which)
    )
    amounts: list[Amount] = []
    for category, accuracy, mae in session.execute(statement):
        amounts.append((MODELS, category, 1))
        amounts += [] if accuracy is None else _observed(ACCURACIES, accuracy)
        amounts += [] if mae is None else _observed(MAES, mae)
    return amounts


def keep(session: Session, tenant_id: UUID, amounts: Sequence[Amount]) -> None:
    """Add to the totals of the tenant what its deleted rows counted for."""
    if not amounts:
        return
    series, labels, values = zip(*amounts, strict=True)
    incoming = rows(series=(Text(), series), label=(Text(), labels), amount=(Double(), values))
    key = (incoming.c.series, incoming.c.label)
    # In order: transactions that add to the same totals lock them in the same sequence.
    added = (
        select(literal(tenant_id, Uuid()), *key, func.sum(incoming.c.amount))
        .group_by(*key)
        .order_by(*key)
    )
    statement = insert(TelemetryTotal).from_select(
        ["tenant_id", "series", "label", "amount"], added
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "series", "label"],
            set_={"amount": TelemetryTotal.amount + statement.excluded.amount},
        )
    )


def _observed(series: str, value: float) -> Iterator[Amount]:
    yield series, COUNT, 1
    yield series, SUM, value
    for bound in BUCKETS[series]:
        if value <= bound:
            yield series, str(bound), 1
