"""The Python SDK.

with Client() as studio:
    studio.import_sales("sales.csv")
    job = studio.start()
    for message in studio.watch(job.job_id):
        print(message.percentage, message.current_step)
    print(studio.forecast("baguette").forecast[0].yhat)
    studio.schedules.create("Nightly", "0 3 * * *")
"""

import os
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import httpx

from client.connection import Connection, Over
from client.resources.alerts import Alerts
from client.resources.analytics import Analytics
from client.resources.batch_predictions import BatchPredictionRequests
from client.resources.calendar import Calendar
from client.resources.catalogue import Catalogue, ProductLists
from client.resources.models import ModelRequests
from client.resources.predictions import PredictionRequests
from client.resources.retention import Retention
from client.resources.sales import SalesRequests
from client.resources.schedules import Schedules
from client.resources.table_models import TableModelRequests
from client.resources.tables import TableRequests
from client.resources.tenant import TenantRequests
from client.resources.totals import TotalRequests
from client.resources.webhooks import ConsumedEvents, Webhooks

DEFAULT_URL = "http://127.0.0.1:8004"


class Client(
    TableRequests,  # which follow jobs, so those are in it
    BatchPredictionRequests,
    SalesRequests,
    ProductLists,
    ModelRequests,
    TableModelRequests,
    PredictionRequests,
    TotalRequests,
    TenantRequests,
    ConsumedEvents,
):
    """One service: the one at `base_url`, else at MODEL_STUDIO_URL, else on this machine.

    `token` says who asks, else MODEL_STUDIO_TOKEN does. Progress comes in over a WebSocket or, with
    `over="events"`, over plain HTTP, for networks that let no WebSocket through. What is made,
    changed and deleted one by one is behind a name of its own: `studio.schedules.create(…)`.
    """

    def __init__(
        self,
        base_url: str | None = None,
        *,
        token: str | None = None,
        timeout_s: float = 30.0,
        over: Over = "websocket",
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        connection = Connection(
            base_url or os.environ.get("MODEL_STUDIO_URL") or DEFAULT_URL,
            token=token or os.environ.get("MODEL_STUDIO_TOKEN"),
            timeout_s=timeout_s,
            over=over,
            transport=transport,
            sleep=sleep,
        )
        super().__init__(connection)
        self.alerts = Alerts(connection)
        self.analytics = Analytics(connection)
        self.calendar = Calendar(connection)
        self.catalogue = Catalogue(connection)
        self.retention = Retention(connection)
        self.schedules = Schedules(connection)
        self.webhooks = Webhooks(connection)

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
