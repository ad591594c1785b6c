"""What the story of a task needs from the process it runs in."""

from collections.abc import Callable
from dataclasses import dataclass

from core.artifacts import ArtifactStore
from core.errors import SettingsError
from core.progress import ProgressStream
from core.settings import Settings
from core.tracing import NO_TRACING, Tracing, start_tracing
from db.dispatch import Dispatch
from db.engine import Sessions, create_engine, create_sessions
from worker.drain import Drain

Send = Callable[[Dispatch], None]
"""Hands a task to the broker; raises `BrokerUnavailableError` when it does not take it."""


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
    tracing: Tracing = NO_TRACING


def create_context(settings: Settings, *, worker: str, send: Send, drain: Drain) -> Context:
    """A context for this process; nothing connects before it is used."""
    return Context(
        settings=settings,
        worker=worker,
        sessions=create_sessions(create_engine(_required(settings.database_url, "DATABASE_URL"))),
        store=ArtifactStore.from_settings(settings),
        stream=ProgressStream(_required(settings.redis_url, "REDIS_URL")),
        signing_key=_required(settings.artifact_signing_key, "ARTIFACT_SIGNING_KEY"),
        send=send,
        drain=drain,
        tracing=start_tracing("worker"),
    )


def _required(value: str | None, variable: str) -> str:
    if value is None:
        raise SettingsError(
            (f"{variable} is not set; a worker started without the launcher needs it",)
        )
    return value
