"""Following a job without losing a message.

The position is the `seq` of the last message. A cut connection is opened again after that position,
so nothing is missed and nothing comes twice. When connections keep failing, the state is asked for;
such messages are marked `polled` and stand for everything up to their `seq`.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any

from client.connection import Connection, Over
from client.errors import ServiceFailedError, ServiceUnreachableError
from client.lines import Line, LineLostError
from client.progress import TERMINAL_TYPES, ProgressMessage
from client.records import ENDED, JobStatus, ProductStatus
from client.server_sent_events import event_line
from client.sockets import read_frame, socket_line

LINES: Mapping[Over, Callable[[Connection], Line]] = {
    "websocket": socket_line,
    "events": event_line,
}

POLL_AFTER = 4
"""Failed connections in a row before the state is polled instead."""
GIVE_UP_AFTER = 20
"""Failed connections in a row, with polling failing as well, before the watch ends in an error."""
_FIRST_DELAY_S = 0.25
_LONGEST_DELAY_S = 5.0


class Watch:
    """Iterates over the progress of one job until its terminal message."""

    def __init__(
        self,
        job_id: str,
        *,
        after: int,
        line: Line,
        poll: Callable[[str], JobStatus],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._job_id = job_id
        self._seq = after
        self._line = line
        self._poll = poll
        self._sleep = sleep
        self._failures = 0
        self._ended = False
        self._polled: dict[str, tuple[str, str | None, float]] = {}
        self._products_ended: set[str] = set()

    def __iter__(self) -> Iterator[ProgressMessage]:
        while True:
            yield from self._as_they_come()
            if not self._ended and self._failures >= POLL_AFTER:
                yield from self._from_the_state()
            if self._ended:
                return
            self._sleep(_delay_s(self._failures))

    def _as_they_come(self) -> Iterator[ProgressMessage]:
        self._failures += 1
        try:
            with closing(self._line(self._job_id, self._seq)) as messages:
                for text in messages:
                    yield from self._accept(ProgressMessage.decode(read_frame(text)))
                    if self._ended:
                        return
        except LineLostError:
            return
        self._failures = max(self._failures, POLL_AFTER)  # closed in order: nothing to wait for

    def _accept(self, message: ProgressMessage) -> Iterator[ProgressMessage]:
        self._failures = 0
        if message.seq > self._seq:
            self._seq = message.seq
            self._ended = message.is_terminal
            if message.product is not None and message.product.status in ENDED:
                self._products_ended.add(message.product.product_id or "")
            yield message

    def _from_the_state(self) -> Iterator[ProgressMessage]:
        try:
            status = self._poll(self._job_id)
        except (ServiceUnreachableError, ServiceFailedError):
            if self._failures >= GIVE_UP_AFTER:
                raise
            return
        self._failures = POLL_AFTER
        self._ended = status.has_ended
        self._seq = max(self._seq, status.progress_seq)
        yield from self._news(status)

    def _news(self, status: JobStatus) -> Iterator[ProgressMessage]:
        for product in filter(self._is_news, status.products):
            yield _polled_message(status, "training_progress", product)
        if status.has_ended:
            yield _polled_message(status, TERMINAL_TYPES[status.status], None)
        elif not status.products:
            yield _polled_message(status, "training_progress", None)

    def _is_news(self, product: ProductStatus) -> bool:
        """Whether it is further than at the last poll, and its end has not come in before."""
        key, state = product.product_id or "", _state(product)
        if product.status == "pending" or key in self._products_ended:
            return False
        known, self._polled[key] = self._polled.get(key), state
        return known != state


def _delay_s(failures: int) -> float:
    longest = min(_FIRST_DELAY_S * 2.0 ** max(failures - 1, 0), _LONGEST_DELAY_S)
    return longest * random.uniform(0.5, 1.0)


def _state(product: ProductStatus) -> tuple[str, str | None, float]:
    return product.status, product.phase, product.progress


def _polled_message(status: JobStatus, kind: str, product: ProductStatus | None) -> ProgressMessage:
    """In the shape in which it would have come in."""
    progress = {
        "percentage": status.progress_percentage,
        "current_step": status.current_step,
        "products_completed": status.products_completed,
        "products_failed": status.products_failed,
        "products_total": status.products_total,
        "estimated_time_remaining": status.eta_seconds,
        "started_at": status.raw.get("started_at"),
    }
    task = product and {
        **product.raw,
        "product_name": product.name,
        "percentage": product.progress,
        "message": product.current_step,
        "metrics": product.metrics or {},
    }
    return ProgressMessage.decode(
        {
            "type": kind,
            "job_id": status.job_id,
            "seq": status.progress_seq,
            "progress": progress,
            "product": task,
            "result": _result(status) if status.has_ended else None,
            "polled": True,
        }
    )


def _result(status: JobStatus) -> dict[str, Any]:
    """How an upload ended; the products of the other jobs tell that themselves."""
    if status.model is None:
        return {"error_message": status.error_message}
    folder = f"./models/{status.model.model_id}"
    return {
        "algorithm": status.model.algorithm,
        "metrics": status.metrics,
        "logs": status.logs,
        "model_id": status.model.model_id,
        "model_file_path": f"{folder}/model.pkl",
        "preprocessing_file_path": f"{folder}/preprocessing.pkl",
    }
