"""Jobs: start, watch, stop, repeat, forget."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Unpack

from client.addresses import given, training_path
from client.connection import Over
from client.decoding import Record
from client.paging import Page, decoded_page
from client.progress import ProgressMessage
from client.records import AcceptedJob, DeletedJob, JobStatus, ProductStatus, StoppedJob
from client.resources.resource import Resource
from client.training_options import StartOptions
from client.watching import LINES, Watch

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


@dataclass(frozen=True, kw_only=True)
class LogLine(Record):
    """What happened in a job, in which step, and where a step ended, how long it took."""

    id: str
    created_at: datetime
    log_level: str = "INFO"
    product_id: str | None = None
    product_name: str | None = None
    step_name: str | None = None
    execution_time_ms: int | None = None
    message: str = ""
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class ProgressPage(Record):
    """Messages without a gap; ask again with `after=next_after` until `is_final`."""

    messages: tuple[ProgressMessage, ...] = field(default=())
    next_after: int = 0
    is_final: bool = False


class JobRequests(Resource):
    def start(
        self,
        products: Sequence[str] | None = None,
        *,
        categories: Sequence[str] | None = None,
        idempotency_key: str | None = None,
        **options: Unpack[StartOptions],
    ) -> AcceptedJob:
        """Starts training the named products (ids or SKUs), or all active ones, or those of some
        categories.
        """
        named = {
            "products": None if products is None else list(products),
            "categories": None if categories is None else list(categories),
        }
        answer = self._connection.create(
            training_path("start"), given({**named, **options}), key=idempotency_key
        )
        return AcceptedJob.decode(answer)

    def start_product(
        self,
        product_id: str,
        *,
        idempotency_key: str | None = None,
        **options: Unpack[StartOptions],
    ) -> AcceptedJob:
        """Starts training one product (id or SKU)."""
        answer = self._connection.create(
            training_path("start", product_id), given(options), key=idempotency_key
        )
        return AcceptedJob.decode(answer)

    def stop(self, job_id: str, *, mode: Literal["abort", "finish"] = "abort") -> StoppedJob:
        """Stops a job: at once, or (`finish`) when the products in training are done."""
        return StoppedJob.decode(
            self._connection.post(training_path("stop", job_id), {"mode": mode})
        )

    def retry(self, job_id: str, *, idempotency_key: str | None = None) -> AcceptedJob:
        """A new job over what failed or was cancelled in one that has ended."""
        return AcceptedJob.decode(
            self._connection.create(training_path("retry", job_id), key=idempotency_key)
        )

    def delete_job(self, job_id: str) -> DeletedJob:
        """Forgets a job that has ended; its models stay."""
        return DeletedJob.decode(self._connection.delete(training_path("jobs", job_id)))

    def status(self, job_id: str) -> JobStatus:
        """The job with its first 1,000 products; `product_statuses` gives all of them."""
        return JobStatus.decode(self._connection.get(training_path("status", job_id)))

    def product_statuses(
        self,
        job_id: str,
        *,
        status: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[ProductStatus]:
        """The products of a job in the order of their training, or those in one state."""
        answer = self._connection.get(
            training_path("status", job_id, "products"),
            {"status": status, "limit": limit, "cursor": cursor},
        )
        return decoded_page(ProductStatus, answer)

    def history(
        self,
        *,
        status: str | None = None,
        kind: Literal["products", "upload", "prediction"] | None = None,
        trigger: str | None = None,
        job_name: str | None = None,
        product: str | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        sort: Literal["created_at", "completed_at", "priority", "duration"] | None = None,
        direction: Literal["asc", "desc"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[JobStatus]:
        """Jobs, the newest first unless told otherwise; `job_name` is a part of the name."""
        query = {
            "status": status,
            "kind": kind,
            "trigger": trigger,
            "job_name": job_name,
            "product": product,
            "created_from": created_from,
            "created_to": created_to,
            "sort": sort,
            "direction": direction,
            "limit": limit,
            "cursor": cursor,
        }
        return decoded_page(JobStatus, self._connection.get(training_path("history"), query))

    def logs(
        self,
        job_id: str,
        *,
        level: LogLevel | None = None,
        product: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[LogLine]:
        """What happened, in order: lines of this level and above, of all products or one."""
        answer = self._connection.get(
            training_path("logs", job_id),
            {"level": level, "product": product, "limit": limit, "cursor": cursor},
        )
        return decoded_page(LogLine, answer)

    def progress(
        self, job_id: str, *, after: int = 0, limit: int | None = None, wait_s: float = 0.0
    ) -> ProgressPage:
        """The next messages of a job, for programs that may not stay connected."""
        answer = self._connection.get(
            training_path("progress", job_id), {"after": after, "limit": limit, "wait": wait_s}
        )
        return ProgressPage.decode(answer)

    def watch(
        self, job_id: str, *, after: int = 0, over: Over | None = None
    ) -> Iterator[ProgressMessage]:
        """Progress after the message numbered `after`, to the terminal message, through any cut.

        `over` says how it comes in, instead of what the client was made with.
        """
        connection = self._connection
        watch = Watch(
            job_id,
            after=after,
            line=LINES[over or connection.over](connection),
            poll=self.status,
            sleep=connection.sleep,
        )
        return iter(watch)

    def wait(self, job_id: str) -> JobStatus:
        """The status of the job once it has ended."""
        for _ in self.watch(job_id):
            pass
        return self.status(job_id)
