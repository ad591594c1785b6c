"""Asks a prediction worker and waits for its answer, beside a bounded number of others."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self
from uuid import UUID, uuid4

import structlog
from redis import RedisError
from werkzeug.exceptions import ClientDisconnected

from api.errors import PredictionTimeoutError, TooManyPredictionsError, UnavailableError
from api.predictions.queue import PredictionQueue
from core.predictions import PredictionAnswer, PredictionExchange, PredictionRequest
from core.progress import ProgressStream
from core.settings import Settings

log = structlog.get_logger(__name__)

NO_WORKER = (
    "No prediction worker is running. `model-studio up` starts one; on a fleet, start"
    " `celery --app worker.app:predictions worker --queues predictions`"
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer is waited for, and the setting that says so."""

    seconds: float
    setting: str


class Predictor:
    """The API's side of predictions."""

    def __init__(
        self,
        exchange: PredictionExchange,
        send: Callable[[UUID], None],
        *,
        timeout_s: float,
        max_waiting: int,
    ) -> None:
        self._exchange = exchange
        self._send = send
        self._timeout_s = timeout_s
        self._places = threading.BoundedSemaphore(max_waiting)
        self._max_waiting = max_waiting

    @classmethod
    def create(cls, settings: Settings, stream: ProgressStream) -> Self:
        """With the Redis of the progress and the broker of the settings; nothing connects yet."""
        timeout_s = settings.prediction_timeout_seconds
        longest_s = max(timeout_s, settings.explanation_timeout_seconds)
        queue = PredictionQueue(settings.broker_url or stream.redis_url, expires_s=longest_s)
        return cls(
            PredictionExchange(stream.redis_url, timeout_s=timeout_s, prefix=stream.prefix),
            queue.send,
            timeout_s=timeout_s,
            max_waiting=settings.prediction_max_waiting,
        )

    def ask(
        self,
        request: PredictionRequest,
        is_wanted: Callable[[], bool],
        patience: Patience | None = None,
    ) -> PredictionAnswer:
        """The answer of a worker. While nobody reads it any more, nothing is waited for.

        Raises `UnavailableError`, `TooManyPredictionsError` or `PredictionTimeoutError`.
        """
        patience = patience or Patience(self._timeout_s, "PREDICTION_TIMEOUT_SECONDS")
        prediction_id = uuid4()
        with self._place(), self._redis_or_unavailable():
            if not self._exchange.put(prediction_id, request, within_s=patience.seconds):
                self._exchange.withdraw(prediction_id)
                raise UnavailableError(NO_WORKER)
            try:
                self._send(prediction_id)
                return self._wait(prediction_id, is_wanted, patience)
            except BaseException:
                self._exchange.withdraw(prediction_id)
                raise

    def _wait(
        self, prediction_id: UUID, is_wanted: Callable[[], bool], patience: Patience
    ) -> PredictionAnswer:
        until = time.monotonic() + patience.seconds
        while (left_s := until - time.monotonic()) > 0:
            answer = self._exchange.wait(prediction_id, left_s)
            if answer is not None:
                return answer
            if not is_wanted():
                raise ClientDisconnected
        raise PredictionTimeoutError(
            f"No answer within {patience.seconds:g} seconds ({patience.setting}): the prediction"
            " workers are busy, or have just ended; send fewer rows or try again"
        )

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise TooManyPredictionsError(
                f"{self._max_waiting} predictions are waiting already (PREDICTION_MAX_WAITING);"
                " try again in a second, or send several rows in one request"
            )
        try:
            yield
        finally:
            self._places.release()

    @contextmanager
    def _redis_or_unavailable(self) -> Iterator[None]:
        try:
            yield
        except RedisError as error:
            log.warning("Redis unreachable, no prediction", error=str(error))
            raise UnavailableError(
                "Redis does not answer, so no prediction can be made; try again in a few seconds"
            ) from error
