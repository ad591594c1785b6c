"""The training log of a job, as people read it afterwards."""

from uuid import UUID

from api.errors import NotFoundError
from api.live.schemas import LogLine, LogsQuery
from api.products.references import find_product
from api.schemas import Page
from api.services import Services
from db.jobs.details import find_job
from db.jobs.logs import LogRow, lines


def read_logs(services: Services, tenant_id: UUID, job_id: UUID, query: LogsQuery) -> Page[LogLine]:
    """Lines in the order in which they were written."""
    with services.sessions() as session:
        if find_job(session, tenant_id, job_id) is None:
            raise NotFoundError(f"There is no job {job_id}")
        product_id = query.product and find_product(session, tenant_id, query.product).id
        found = lines(
            session,
            tenant_id,
            job_id,
            product_id=product_id or None,
            least_level=query.level,
            limit=query.limit,
            cursor=query.cursor,
        )
    return Page(items=[_line(row) for row in found.items], next_cursor=found.next_cursor)


def _line(row: LogRow) -> LogLine:
    log, product_name = row
    return LogLine(
        id=log.id,
        created_at=log.created_at,
        log_level=log.log_level,
        product_id=log.product_id,
        product_name=product_name,
        step_name=log.step_name,
        execution_time_ms=log.execution_time_ms,
        message=log.message,
        metadata=log.details,
    )
