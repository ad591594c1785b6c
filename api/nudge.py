"""Tells housekeeping that there is something to dispatch.

Losing this costs seconds: the sweep finds it.
"""

import threading

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

import celeryconfig

log = structlog.get_logger(__name__)

_SEND_WITHIN_S = 2.0


class Nudge:
    """Sends task names from a thread of its own, so that a broker that is down delays no answer."""

    def __init__(self, broker_url: str) -> None:
        self._celery = Celery("model_studio.api", broker=broker_url, set_as_current=False)
        self._celery.config_from_object(celeryconfig)
        self._celery.conf.broker_transport_options = {
            "socket_connect_timeout": _SEND_WITHIN_S,
            "socket_timeout": _SEND_WITHIN_S,
        }
        self._wanted: set[str] = set()
        self._news = threading.Condition()
        self._is_running = False

    def __call__(self, name: str) -> None:
        """Ask for the task to be sent; a task that is asked for already is sent once."""
        with self._news:
            self._wanted.add(name)
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="nudge", daemon=True).start()
            self._news.notify()

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._wanted)
                names, self._wanted = self._wanted, set()
            for name in names:
                self._send(name)

    def _send(self, name: str) -> None:
        try:
            self._celery.send_task(name, ignore_result=True)
        except (OperationalError, OSError) as error:
            log.warning("broker unreachable, the sweep will dispatch", error=str(error))
