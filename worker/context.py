"""What the story of a task needs from the process it runs in."""

from collections.abc import Callable
from dataclasses import dataclass

from core.artifacts import ArtifactStore
from core.errors import SettingsError
from core.progress import ProgressStream
from core.settings import Settings
from core.shared_counters import WORK_COUNTERS, SharedCounters
from core.tracing import NO_TRACING, Tracing, start_tracing
from db.engine import Sessions, create_engine, create_sessions
from db.lifecycle.dispatch import Dispatch
from worker.drain import Drain

LONGEST_PAUSE_S = 20.0
"""Of a transaction: none waits for anything but the database, and some hold the row of a job."""

Send = Callable[[Dispatch], None]
"""Hands a task to the broker; raises `BrokerUnavailableError` when it does not take it."""


def _never() -> bool:
    return False


def _go_on() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Context:
    settings: Settings
    worker: str
    sessions: Sessions
    store: ArtifactStore
    stream: ProgressStream
    signing_key: str
    send: Send
    drain: Drain
    should_finish: Callable[[], bool] = _never
    """Whether the task at hand is wanted soon, with what is done so far."""
    check: Callable[[], None] = _go_on
    """Raises when the task at hand has to end."""
    tracing: Tracing = NO_TRACING
    counters: SharedCounters | None = None

    def count(self, name: str, number: int = 1) -> None:
        """Add to a figure of all workers, for telemetry."""
        if self.counters is not None and number:
            self.counters.add({name: number})
            self.counters.flush()


def create_context(settings: Settings, *, worker: str, send: Send, drain: Drain) -> Context:
    """A context for this process; nothing connects before it is used."""
    database_url = _required(settings.database_url, "DATABASE_URL")
    redis_url = _required(settings.redis_url, "REDIS_URL")
    return Context(
        settings=settings,
        worker=worker,
        sessions=create_sessions(create_engine(database_url, longest_pause_s=LONGEST_PAUSE_S)),
        store=ArtifactStore.from_settings(settings),
        stream=ProgressStream(redis_url),
        signing_key=_required(settings.artifact_signing_key, "ARTIFACT_SIGNING_KEY"),
        send=send,
        drain=drain,
        tracing=start_tracing("worker"),
        counters=SharedCounters(redis_url, WORK_COUNTERS),
    )


def _required(value: str | None, variable: str) -> str:
    if value is None:
        raise SettingsError(
            (f"{variable} is not set; a worker started without the launcher needs it",)
        )
    return value
