"""Progress messages that are sent together, encoded at most once per view and compression."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from api.live.frames import text_frame
from core.progress import ProgressMessage

View = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
"""What one endpoint shows of a progress record; None when its watchers are not told."""

JOB_ENDS = frozenset({"job_completed", "job_failed", "job_cancelled"})
_URGENT = JOB_ENDS | {"task_failed", "task_retry", "job_started"}


def is_urgent(message: ProgressMessage) -> bool:
    """Errors and ends are not held back."""
    return message.body["event"] in _URGENT


class Batch:
    """Consecutive messages of one job, in order; at least one."""

    def __init__(self, messages: Sequence[ProgressMessage]) -> None:
        self.messages = messages
        self._frames: dict[tuple[View, int | None], bytes] = {}
        self._events: dict[View, bytes] = {}
        self._types: dict[View, Counter[str]] = {}
        self.first_seq = messages[0].seq
        self.last_seq = messages[-1].seq

    @cached_property
    def is_final(self) -> bool:
        return self.messages[-1].body["event"] in JOB_ENDS

    def frames(self, view: View, window_bits: int | None) -> bytes:
        """All messages that the view shows, as WebSocket frames ready to be sent."""
        key = view, window_bits
        if key not in self._frames:
            self._frames[key] = b"".join(
                text_frame(text.encode(), window_bits) for text in self._texts(view)
            )
        return self._frames[key]

    def events(self, view: View) -> bytes:
        """The same as Server-Sent Events, each under its number and type."""
        if view not in self._events:
            self._events[view] = b"".join(
                f"id: {shown['seq']}\nevent: {shown['type']}\ndata: {_json(shown)}\n\n".encode()
                for shown in self.shown(view)
            )
        return self._events[view]

    def types(self, view: View) -> Mapping[str, int]:
        """How many messages of each type the view shows."""
        if view not in self._types:
            self._types[view] = Counter(shown["type"] for shown in self.shown(view))
        return self._types[view]

    def after(self, position: int) -> "Batch":
        """The part behind a position, which must not be empty."""
        if position < self.first_seq:
            return self
        return Batch([message for message in self.messages if message.seq > position])

    def _texts(self, view: View) -> list[str]:
        return [_json(shown) for shown in self.shown(view)]

    def shown(self, view: View) -> list[Mapping[str, Any]]:
        """What the view shows of the messages."""
        views = (view(message.body) for message in self.messages)
        return [shown for shown in views if shown is not None]


def _json(shown: Mapping[str, Any]) -> str:
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def merge_progress(messages: Sequence[ProgressMessage]) -> list[ProgressMessage]:
    """For a watcher too slow for every step: each task's newest progress, and the rest."""
    newest = {
        message.body["task"]["id"]: message.seq
        for message in messages
        if message.body["event"] == "task_progress"
    }
    return [
        message
        for message in messages
        if message.body["event"] != "task_progress"
        or newest[message.body["task"]["id"]] == message.seq
    ]
