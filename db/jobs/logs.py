"""The training log of a job: lines that people read afterwards."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.bulk import Columns, insert
from db.lifecycle.outcomes import LogLine
from db.pages import DEFAULT_LIMIT, Order, Page, moment
from db.tables import Product, TrainingLog, TrainingTask
from db.text import storable

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LogRow = tuple[TrainingLog, str | None]
"""A line and the name of its product."""

_BY_WRITING: Order[LogRow] = Order(
    "created_at",
    (TrainingLog.created_at, TrainingLog.id),
    lambda row: (row[0].created_at, row[0].id),
    (moment, UUID),
)


def add_lines(session: Session, task: TrainingTask, lines: Sequence[LogLine]) -> None:
    """Add to the log of the task's job."""
    if lines:
        insert(session, log_rows(task, lines))


def log_rows(task: TrainingTask, lines: Sequence[LogLine]) -> Columns:
    """The lines as they are stored, for who writes them with other rows."""
    return Columns(
        TrainingLog,
        {
            "id": [uuid4() for _ in lines],
            "training_job_id": [task.job_id] * len(lines),
            "tenant_id": [task.tenant_id] * len(lines),
            "product_id": [task.product_id] * len(lines),
            "log_level": [line.level for line in lines],
            "message": [storable(line.message) for line in lines],
            "step_name": [line.step_name and storable(line.step_name, 100) for line in lines],
            "execution_time_ms": [line.execution_time_ms for line in lines],
            "metadata": [line.details and dict(line.details) for line in lines],
        },
    )


def lines(
    session: Session,
    tenant_id: UUID,
    job_id: UUID,
    *,
    product_id: UUID | None = None,
    least_level: str = "DEBUG",
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[LogRow]:
    """The lines of a job, or of one of its products, from a level on; in the order of writing."""
    statement = (
        select(TrainingLog, Product.name)
        .outerjoin(Product, Product.id == TrainingLog.product_id)
        .where(TrainingLog.training_job_id == job_id, TrainingLog.tenant_id == tenant_id)
    )
    if product_id is not None:
        statement = statement.where(TrainingLog.product_id == product_id)
    if least_level != LEVELS[0]:
        wanted = LEVELS[LEVELS.index(least_level) :]
        statement = statement.where(TrainingLog.log_level.in_(wanted))
    rows = session.execute(_BY_WRITING.apply(statement, "asc", cursor).limit(limit + 1))
    found: list[LogRow] = [(log, name) for log, name in rows]
    return _BY_WRITING.page(found, "asc", limit)
