"""A prediction process says that it is there, so that the API need not wait for nobody."""

import threading

import structlog
from redis import RedisError

from core.predictions import ANNOUNCE_EVERY_S, PredictionExchange

log = structlog.get_logger(__name__)


class PredictionPresence:
    """Announced from a thread every few seconds until `leave`; then the sign expires."""

    def __init__(self, exchange: PredictionExchange, *, every_s: float = ANNOUNCE_EVERY_S) -> None:
        self._exchange = exchange
        self._every_s = every_s
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._stay, name="presence", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def leave(self) -> None:
        self._left.set()
        self._thread.join()

    def _stay(self) -> None:
        while True:
            try:
                self._exchange.announce()
            except RedisError:
                log.warning("not announced", exc_info=True)
            if self._left.wait(self._every_s):
                return
