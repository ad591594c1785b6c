"""The files of a model in the artifact store, as their rows name them; how tasks wait for it."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

import structlog

from core.bundles import StoredBundle, store_bundle
from db.lifecycle.outcomes import ArtifactFile
from worker.context import Context
from worker.patience import PATIENCE_S, pauses
from worker.phase_clock import LAST_PHASE, enter_phase

log = structlog.get_logger(__name__)

T = TypeVar("T")

ARTIFACT_TYPES = {
    "model.pkl": "model_file",
    "preprocessing.pkl": "preprocessing",
    "feature_list.json": "feature_list",
    "explanation.json": "explanation",
    "background.parquet": "background",
    "model_card.md": "model_card",
    "model_card.html": "model_card_html",
    "shared.pkl": "shared_profile",
}


def store_files(
    context: Context,
    files: Mapping[str, bytes],
    *,
    versions: Mapping[str, str],
    data_digest: str | None,
) -> StoredBundle:
    """Write the files and the signed manifest that vouches for them; again is harmless."""
    enter_phase(LAST_PHASE)
    writing = partial(
        store_bundle,
        context.store,
        files,
        key=context.signing_key,
        compress=context.settings.enable_model_compression,
        versions=versions,
        data_digest=data_digest,
    )
    return with_store(context, writing)


def with_store(context: Context, step: Callable[[], T], *, patience_s: float = PATIENCE_S) -> T:
    """What the step returns. While the store is away, or its disk full, it is tried again for some
    minutes: hours of training may end with it. A store that refuses, or that is not there, is not
    waited for.
    """
    for pause_s in pauses(patience_s):
        try:
            return step()
        except (PermissionError, FileNotFoundError):
            raise
        except OSError:
            log.warning("artifact store away, trying again", pause_s=pause_s, exc_info=True)
            context.check()
            time.sleep(pause_s)
    return step()


def artifact_files(stored: StoredBundle) -> tuple[ArtifactFile, ...]:
    return tuple(
        ArtifactFile(
            name=name, artifact_type=ARTIFACT_TYPES[name], digest=blob.digest, size=blob.size
        )
        for name, blob in stored.files.items()
    )
