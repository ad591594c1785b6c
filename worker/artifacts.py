"""The files of a model in the artifact store, as their rows name them."""

from collections.abc import Mapping

from core.bundles import StoredBundle, store_bundle
from db.lifecycle.outcomes import ArtifactFile
from worker.context import Context
from worker.phase_clock import LAST_PHASE, enter_phase

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
    return store_bundle(
        context.store,
        files,
        key=context.signing_key,
        compress=context.settings.enable_model_compression,
        versions=versions,
        data_digest=data_digest,
    )


def artifact_files(stored: StoredBundle) -> tuple[ArtifactFile, ...]:
    return tuple(
        ArtifactFile(
            name=name, artifact_type=ARTIFACT_TYPES[name], digest=blob.digest, size=blob.size
        )
        for name, blob in stored.files.items()
    )
