"""What the views stand on, made once per process by an entry point or a test."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry

from api.chores.protocol import Chores
from api.live.connection_limit import ConnectionLimit
from api.live.live_telemetry import LiveTelemetry
from api.live.relay import Relay
from api.predictions.predictor import Predictor
from api.server.aside import Aside
from api.uploads.spool import Spool
from core.progress import ProgressStream
from core.settings import Settings
from core.tracing import Tracing
from db.engine import Sessions

EXTENSION = "model_studio"
"""Where an application keeps its `Services` among its extensions."""

Send = Callable[[str], None]
"""Sends the name of a task to the housekeeping queue; never waits for a broker and never raises."""


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    sessions: Sessions
    chores: Chores
    aside: Aside
    send: Send
    stream: ProgressStream
    relay: Relay
    connections: ConnectionLimit
    registry: CollectorRegistry
    telemetry: LiveTelemetry
    tracing: Tracing
    predictor: Predictor

    def make_spool(self) -> Spool:
        """A place for what arrives, until it is stored or imported."""
        directory = Path(self.settings.data_dir).resolve() / "uploads"
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Spool(directory, self.aside)
