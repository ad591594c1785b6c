"""Retention on request: the plan, the run, and what leaves the store."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import celeryconfig
from api.chores.local import LocalChores
from api.chores.row_child import run
from api.models.retention_views import MOST_AT_ONCE
from core.artifacts import ArtifactStore
from db.engine import Sessions
from db.lifecycle.outcomes import ArtifactFile
from db.models.stored import SETTLED_AFTER
from db.tables import Product, TrainedModel
from tests.api.models.conftest import Train

PATH = "/api/v1/training/retention"
MANY_TABLES = """
    INSERT INTO trained_models (id, public_id, tenant_id, ml_task, name, model_version, model_path,
        manifest_digest, created_at)
    SELECT gen_random_uuid(), 'table-' || n, tenant_id, 'regression', 'table', '1.0', '', '',
        now() - interval '1 year'
    FROM trained_models, generate_series(1, :count) AS n WHERE id = :like
"""
ALONE_WITH_MANIFEST = len(b"alone" + b"manifest of alone")


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    """The one that the API under test uses."""
    return ArtifactStore(str(tmp_path / "models"))


def outcome(store: ArtifactStore, content: bytes) -> dict[str, Any]:
    blob, manifest = store.put(content), store.put(b"manifest of " + content)
    file = ArtifactFile(
        name="model.pkl", artifact_type="model_file", digest=blob.digest, size=blob.size
    )
    return {"artifacts": [file], "manifest_digest": manifest.digest}


def put_long_ago(root: Path) -> None:
    moment = (datetime.now(UTC) - 2 * SETTLED_AFTER).timestamp()
    for path in root.rglob("sha256/*/*"):
        os.utime(path, (moment, moment))


@pytest.fixture
def models(store: ArtifactStore, bakery: list[Product], train: Train) -> Sequence[TrainedModel]:
    """Three too old, of which two share their bytes, one of them with the champion."""
    contents = (b"alone", b"shared", b"previous", b"shared")
    return [
        train(bakery[0], age_days=200 - number, **outcome(store, content))
        for number, content in enumerate(contents)
    ]


def test_the_plan_names_what_would_go_and_deletes_nothing(
    http: httpx.Client, models: Sequence[TrainedModel]
) -> None:
    plan = http.get(PATH).json()

    assert plan["retention_days"] == 90
    assert [model["model_id"] for model in plan["models"]] == [
        models[0].public_id,
        models[1].public_id,
    ]
    assert {model["reason"] for model in plan["models"]} == {"It is older than 90 days."}
    assert plan["bytes"] == len(b"alone")
    assert plan["storage"] == {
        "logical_bytes": len(b"alone" + b"shared" + b"previous" + b"shared"),
        "stored_bytes": len(b"alone" + b"shared" + b"previous"),
        "saved_bytes": len(b"shared"),
    }
    assert (plan["models_total"], plan["models_by_reason"]) == (2, {"age": 2, "version_limit": 0})
    assert http.get(PATH).json() == plan


def test_a_short_list_does_not_shorten_the_totals(
    http: httpx.Client, models: Sequence[TrainedModel]
) -> None:
    plan, short = http.get(PATH).json(), http.get(PATH, params={"limit": 1}).json()

    assert short == plan | {"models": plan["models"][:1]}
    refused = http.get(PATH, params={"limit": 201})
    assert (refused.status_code, "200" in refused.text) == (400, True)


def test_a_run_does_what_was_planned_and_reclaims_at_once(
    http: httpx.Client,
    models: Sequence[TrainedModel],
    store: ArtifactStore,
    tmp_path: Path,
    sent: list[str],
) -> None:
    put_long_ago(tmp_path)
    plan = http.get(PATH).json()

    run = http.post(PATH).json()

    assert run["models"] == plan["models"]
    assert (run["models_left"], run["links"], sent) == (0, {"plan": PATH}, [])
    assert plan["bytes"] == len(b"alone")
    assert (run["bytes_reclaimed"], run["bytes_later"]) == (ALONE_WITH_MANIFEST, 0)
    assert run["storage"]["saved_bytes"] == 0
    left = {blob.digest for blob in store.digests()}
    assert left == {
        store.put(content).digest
        for name in (b"previous", b"shared")
        for content in (name, b"manifest of " + name)
    }
    assert http.post(PATH).json()["models"] == []


def test_of_very_many_the_rest_is_left_to_housekeeping(
    http: httpx.Client, session: Session, models: Sequence[TrainedModel], sent: list[str]
) -> None:
    session.execute(text(MANY_TABLES), {"like": models[0].id, "count": 2 * MOST_AT_ONCE})
    session.commit()

    first, second, third = (http.post(PATH).json() for _ in range(3))

    assert [len(run["models"]) for run in (first, second, third)] == [MOST_AT_ONCE] * 2 + [2]
    assert [run["models_left"] for run in (first, second, third)] == [MOST_AT_ONCE + 2, 2, 0]
    assert sent == [celeryconfig.APPLY_RETENTION] * 2
    assert http.get(first["links"]["plan"]).json()["models_total"] == 0


def test_bytes_that_were_just_put_are_left_for_later(
    http: httpx.Client, models: Sequence[TrainedModel], store: ArtifactStore
) -> None:
    run = http.post(PATH).json()

    assert (run["bytes_reclaimed"], run["bytes_later"]) == (0, ALONE_WITH_MANIFEST)
    assert store.exists(models[0].manifest_digest)


def test_deleting_a_model_reclaims_what_it_alone_named(
    http: httpx.Client, models: Sequence[TrainedModel], store: ArtifactStore, tmp_path: Path
) -> None:
    put_long_ago(tmp_path)

    alone = http.delete(f"/api/v1/models/{models[0].public_id}").json()
    shared = http.delete(f"/api/v1/models/{models[1].public_id}").json()

    assert alone["bytes_reclaimed"] == ALONE_WITH_MANIFEST
    assert shared["bytes_reclaimed"] == 0
    assert not store.exists(models[0].manifest_digest)
    assert store.exists(models[3].manifest_digest)


def test_the_child_process_reclaims_what_it_is_given(
    sessions: Sessions, models: Sequence[TrainedModel], store: ArtifactStore, tmp_path: Path
) -> None:
    orphan = store.put(b"named by nobody").digest
    put_long_ago(tmp_path)
    freed = {orphan: 15, models[0].manifest_digest: 0}

    told = run(LocalChores(sessions, store), ["reclaim", json.dumps(freed)])

    assert json.loads(told) == {"bytes_now": 15, "bytes_later": 0}
    assert not store.exists(orphan)
    assert store.exists(models[0].manifest_digest)
