"""A context with a real database, Redis and store; what would go to the broker lands in a list."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.artifacts import ArtifactStore
from core.progress import ProgressStream
from core.settings import Settings
from db.engine import Sessions
from db.lifecycle.dispatch import Dispatch
from tests.worker.support import SIGNING_KEY, Shop
from worker.context import Context
from worker.drain import Drain


@pytest.fixture
def sent() -> list[Dispatch]:
    return []


@pytest.fixture
def stream(valkey_url: str, key_prefix: str) -> Iterator[ProgressStream]:
    opened = ProgressStream(valkey_url, prefix=key_prefix)
    yield opened
    opened.close()


@pytest.fixture
def context(
    fresh_sessions: Sessions, stream: ProgressStream, tmp_path: Path, sent: list[Dispatch]
) -> Context:
    return Context(
        settings=Settings(lease_seconds=20),
        worker="test",
        sessions=fresh_sessions,
        store=ArtifactStore(str(tmp_path / "models")),
        stream=stream,
        signing_key=SIGNING_KEY,
        send=sent.append,
        drain=Drain(grace_s=0),
    )


@pytest.fixture
def shop(fresh_sessions: Sessions) -> Shop:
    return Shop(fresh_sessions)
