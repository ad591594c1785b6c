"""Somebody who follows a job, and comes back with `?after=` whenever the connection is cut."""

import json
import threading
from typing import Any

from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.fixtures.sockets import connect

ENDS = {"training_completed", "training_failed", "training_cancelled"}


class Watcher:
    """Collects every message of a job from a thread, through any number of connections."""

    def __init__(self, service_url: str, job_id: str) -> None:
        self._url = f"{service_url.replace('http', 'ws', 1)}/api/v1/training/ws/{job_id}"
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="watcher", daemon=True)
        self.messages: list[dict[str, Any]] = []
        self.connections = 0

    def start(self) -> None:
        self._thread.start()

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)
        self._left.set()
        assert self._has_ended(), f"no end among {len(self.messages)} messages"

    @property
    def numbers(self) -> list[int]:
        return [message["seq"] for message in self.messages]

    def _has_ended(self) -> bool:
        return bool(self.messages) and self.messages[-1]["type"] in ENDS

    def _follow(self) -> None:
        while not self._has_ended() and not self._left.is_set():
            after = self.numbers[-1] if self.messages else 0
            try:
                with connect(f"{self._url}?after={after}") as connection:
                    self.connections += 1
                    for message in connection:
                        self.messages.append(json.loads(message))
            except (ConnectionClosed, WebSocketException, OSError):
                self._left.wait(0.2)
