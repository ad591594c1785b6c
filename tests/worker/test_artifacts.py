"""A store that is away for a while costs time, never a training."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from core.artifacts import ArtifactStore
from core.bundles import load_bundle
from pipeline.forecast.shared import NEUTRAL, SharedProfile
from tests.fixtures.s3 import s3_server, use_server
from tests.worker.support import Shop
from worker import bundle
from worker.artifacts import store_files, with_store
from worker.context import Context
from worker.errors import TrainingCancelledError
from worker.shared import shared_profile_of
from worker.shared_reuse import SHARED_FILE

FILES = {"model.pkl": b"hours of work"}


@pytest.fixture
def store(context: Context, tmp_path: Path) -> ArtifactStore:
    """A file stands where its directory should be."""
    (tmp_path / "models").write_bytes(b"")
    return context.store


def stored(context: Context, check: Callable[[], None]) -> str:
    told = replace(context, check=check)
    return store_files(told, FILES, versions={}, data_digest=None).manifest_digest


def test_a_store_that_is_away_is_waited_for(
    context: Context, store: ArtifactStore, tmp_path: Path
) -> None:
    asked = 0

    def check() -> None:
        nonlocal asked
        asked += 1
        (tmp_path / "models").unlink()

    digest = stored(context, check)

    assert asked == 1
    assert load_bundle(store, digest, context.signing_key) == FILES


@pytest.mark.usefixtures("store")
def test_a_task_that_is_stopped_waits_no_longer(context: Context) -> None:
    def check() -> None:
        raise TrainingCancelledError("The training was stopped")

    with pytest.raises(TrainingCancelledError):
        stored(context, check)


@pytest.mark.usefixtures("store")
def test_patience_has_an_end(context: Context) -> None:
    with pytest.raises(OSError, match="models"):
        with_store(context, lambda: context.store.put(b"bytes"), patience_s=0)


def test_a_store_that_refuses_is_not_waited_for(
    context: Context, monkeypatch: pytest.MonkeyPatch, key_prefix: str
) -> None:
    asked: list[None] = []
    with s3_server() as endpoint:
        root = use_server(monkeypatch, endpoint, key_prefix)  # where there is no such bucket
        refused = replace(context, store=ArtifactStore(root))
        with pytest.raises(FileNotFoundError):
            stored(refused, lambda: asked.append(None))
    assert asked == []


def test_what_products_share_is_waited_for(context: Context, shop: Shop, tmp_path: Path) -> None:
    profile = SharedProfile(shop=NEUTRAL, fitted_until=pd.Timestamp("2026-01-31"))
    shared = {SHARED_FILE: bundle.dumps(profile)}
    digest = store_files(context, shared, versions={}, data_digest=None).manifest_digest
    shop.job(shop.product("bread"))
    claim = replace(shop.claimed(), shared_artifact=digest)
    directory, aside = tmp_path / "models", tmp_path / "aside"
    directory.rename(aside)
    directory.write_bytes(b"")

    def check() -> None:
        directory.unlink()
        aside.rename(directory)

    found = shared_profile_of(claim, replace(context, check=check))
    assert found is not None
    assert found.fitted_until == profile.fitted_until
