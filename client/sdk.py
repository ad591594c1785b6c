"""The Python SDK.

with Client() as studio:
    studio.import_sales("sales.csv")
    job = studio.start()
    for message in studio.watch(job.job_id):
        print(message.percentage, message.current_step)
    print(studio.forecast("baguette").forecast[0].yhat)
"""

import os
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Literal, Self
from urllib.parse import quote

import httpx

from client.connection import Connection
from client.errors import InvalidInputError, NotFoundError
from client.progress import ProgressMessage, StudioUpdate
from client.records import (
    AcceptedJob,
    Forecast,
    ImportReport,
    JobStatus,
    Model,
    Page,
    Product,
    ProductSales,
    R,
    StoppedJob,
)
from client.tabular import LARGEST_SOCKET_UPLOAD, TableRequest, as_updates, train_over_socket
from client.watching import Watch

DEFAULT_URL = "http://127.0.0.1:8004"
SALES_TYPES = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
}
_LONG_REQUEST_S = 600.0
_LARGEST_PAGE = 200
_TRAINING = "/api/v1/training"


class Client:
    """One service: the one at `base_url`, else at MODEL_STUDIO_URL, else on this machine."""

    def __init__(
        self,
        base_url: str | None = None,
        *,
        timeout_s: float = 30.0,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = Connection(
            base_url or os.environ.get("MODEL_STUDIO_URL") or DEFAULT_URL,
            timeout_s=timeout_s,
            transport=transport,
            sleep=sleep,
        )
        self._sleep = sleep

    @property
    def base_url(self) -> str:
        return self._connection.base_url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def import_sales(
        self, source: str | PathLike[str] | BinaryIO, *, content_type: str | None = None
    ) -> ImportReport:
        """Sends a CSV or Parquet file; sending the same rows again changes nothing."""
        if isinstance(source, str | PathLike):
            path = Path(source)
            with path.open("rb") as file:
                return self.import_sales(file, content_type=content_type or _sales_type(path))
        answer = self._connection.send_file(
            f"{_TRAINING}/sales",
            timeout_s=_LONG_REQUEST_S,
            content=source,
            headers={"Content-Type": content_type or SALES_TYPES[".csv"]},
        )
        return ImportReport.decode(answer)

    def start(
        self,
        products: Sequence[str] | None = None,
        *,
        job_name: str | None = None,
        priority: int | None = None,
        algorithm: str | None = None,
        timeout_seconds: int | None = None,
        horizon_days: int | None = None,
        idempotency_key: str | None = None,
    ) -> AcceptedJob:
        """Starts training the named products (ids or SKUs), or all active ones."""
        body = _given(
            products=None if products is None else list(products),
            job_name=job_name,
            priority=priority,
            algorithm=algorithm,
            timeout_seconds=timeout_seconds,
            horizon_days=horizon_days,
        )
        key = idempotency_key or str(uuid.uuid4())
        return AcceptedJob.decode(self._connection.post(f"{_TRAINING}/start", body, key=key))

    def start_product(
        self, product_id: str, *, idempotency_key: str | None = None, **options: Any
    ) -> AcceptedJob:
        """Starts training one product; options as for `start`."""
        key = idempotency_key or str(uuid.uuid4())
        path = f"{_TRAINING}/start/{_segment(product_id)}"
        return AcceptedJob.decode(self._connection.post(path, _given(**options), key=key))

    def stop(self, job_id: str, *, mode: Literal["abort", "finish"] = "abort") -> StoppedJob:
        """Stops a job: at once, or (`finish`) when the products in training are done."""
        answer = self._connection.post(f"{_TRAINING}/stop/{_segment(job_id)}", {"mode": mode})
        return StoppedJob.decode(answer)

    def status(self, job_id: str) -> JobStatus:
        return JobStatus.decode(self._connection.get(f"{_TRAINING}/status/{_segment(job_id)}"))

    def history(self, *, limit: int | None = None, cursor: str | None = None) -> Page[JobStatus]:
        """Jobs, the newest first."""
        answer = self._connection.get(f"{_TRAINING}/history", limit=limit, cursor=cursor)
        return _page(JobStatus, answer)

    def products(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Product]:
        answer = self._connection.get(f"{_TRAINING}/products", limit=limit, cursor=cursor)
        return _page(Product, answer)

    def all_products(self) -> Iterator[Product]:
        """Every page of the catalogue."""
        page = self.products(limit=_LARGEST_PAGE)
        yield from page.items
        while page.next_cursor is not None:
            page = self.products(limit=_LARGEST_PAGE, cursor=page.next_cursor)
            yield from page.items

    def sales(self, product_id: str, *, limit: int | None = None) -> ProductSales:
        """The newest periods in which a product (id or SKU) was sold, in time order."""
        path = f"{_TRAINING}/products/{_segment(product_id)}/sales"
        return ProductSales.decode(self._connection.get(path, limit=limit))

    def models(
        self,
        *,
        product_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Model]:
        """Trained models, the newest first."""
        answer = self._connection.get(
            f"{_TRAINING}/models", product_id=product_id, limit=limit, cursor=cursor
        )
        return _page(Model, answer)

    def model(self, model_id: str) -> Model:
        return Model.decode(self._connection.get(f"{_TRAINING}/models/{_segment(model_id)}"))

    def metrics(self, model_id: str) -> dict[str, Any]:
        """The model's quality on rows that it had not seen."""
        answer: dict[str, Any] = self._connection.get(
            f"{_TRAINING}/models/{_segment(model_id)}/metrics"
        )
        return answer

    def latest(self, product_id: str) -> Model:
        """The newest model of a product."""
        return Model.decode(
            self._connection.get(f"{_TRAINING}/models/latest/{_segment(product_id)}")
        )

    def forecast(self, name: str) -> Forecast:
        """The stored forecast of a model, or of the latest model of a product (id or SKU)."""
        try:
            return self._stored_forecast(name)
        except NotFoundError:
            return self._stored_forecast(self.latest(name).id)

    def upload(self, path: str | PathLike[str], request: TableRequest) -> AcceptedJob:
        """Sends a Parquet file of any size; the job is then followed like every other."""
        file_path = Path(path)
        with file_path.open("rb") as file:
            answer = self._connection.send_file(
                "/api/v1/models",
                timeout_s=_LONG_REQUEST_S,
                files={"file": (file_path.name, file, SALES_TYPES[".parquet"])},
                data={name: str(value) for name, value in request.fields().items()},
            )
        return AcceptedJob.decode(answer)

    def train_parquet(
        self, path: str | PathLike[str], request: TableRequest
    ) -> Iterator[StudioUpdate]:
        """Trains on a Parquet file and yields its progress; the last update says how it ended."""
        file_path = Path(path)
        if file_path.stat().st_size > LARGEST_SOCKET_UPLOAD:
            return as_updates(self.watch(self.upload(file_path, request).job_id))
        return train_over_socket(self.base_url, file_path, request, follow=self._follow)

    def watch(self, job_id: str, *, after: int = 0) -> Iterator[ProgressMessage]:
        """Progress after the message numbered `after`, to the terminal message, through any cut."""
        return iter(Watch(self.base_url, job_id, after=after, poll=self.status, sleep=self._sleep))

    def wait(self, job_id: str) -> JobStatus:
        """The status of the job once it has ended."""
        for _ in self.watch(job_id):
            pass
        return self.status(job_id)

    def _stored_forecast(self, model_id: str) -> Forecast:
        path = f"{_TRAINING}/models/{_segment(model_id)}/forecast"
        return Forecast.decode(self._connection.get(path))

    def _follow(self, job_id: str, seq: int) -> Iterator[ProgressMessage]:
        return self.watch(job_id, after=seq)


def _sales_type(path: Path) -> str:
    try:
        return SALES_TYPES[path.suffix.lower()]
    except KeyError:
        detail = f"{path.name}: sales are read from files that end in {' or '.join(SALES_TYPES)}"
        raise InvalidInputError(415, {"detail": detail}) from None


def _segment(name: str) -> str:
    """A SKU may hold any character, and one of dots alone is no way up in a path."""
    if not name:
        raise InvalidInputError(400, {"detail": "A name or id must not be empty"})
    return quote(name, safe="") if name.strip(".") else name.replace(".", "%2E")


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _page(record: type[R], answer: dict[str, Any]) -> Page[R]:
    items = tuple(record.decode(one) for one in answer["items"])
    return Page(items=items, next_cursor=answer.get("next_cursor"))
