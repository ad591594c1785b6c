"""Whether what the products of a job share was learned before, from the same.

Trees of a thousand products take minutes to grow. A digest of everything that they are made of is
kept in the signed manifest beside them; where an earlier job of the tenant has the same, what it
learned is taken over. The digest names the time of the last change of each product's sales, read
before the sales are: a change that comes between the two leads to learning anew, never to reuse.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict

import structlog

from core.bundles import load_bundle, load_manifest
from core.errors import ArtifactError, ManifestError
from db.jobs import shared_profiles
from db.shop.scope import InScope
from db.transitions import Claim
from pipeline.forecast.report import library_versions
from pipeline.forecast.spec import ForecastSpec
from worker.context import Context
from worker.incremental import code_digest

log = structlog.get_logger(__name__)

LOOKED_AT = 3
"""Jobs of other products or settings may lie between two of the same."""
SHARED_FILE = "shared.pkl"
_WITHOUT_EFFECT = {
    "algorithm",
    "engine",
    "point",
    "interval_width",
    "daily_seasonality",
    "weekly_seasonality",
    "yearly_seasonality",
    "changepoint_prior_scale",
    "verbose",
}
"""What only the training of a single product asks for."""


def shared_digest(
    products: Sequence[InScope], spec: ForecastSpec, *, with_trees: bool
) -> str | None:
    """Of all that the products share is learned from; None where changes cannot be told."""
    if not all(one.tells_changes for one in products):
        return None
    parts = {
        "products": [(one.id, one.category, one.sales_changed_at) for one in products],
        "spec": {k: v for k, v in asdict(spec).items() if k not in _WITHOUT_EFFECT},
        "with_trees": with_trees,
        "code": code_digest(),
        "versions": library_versions(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def learned_before(claim: Claim, context: Context, digest: str | None) -> bytes | None:
    """The verified bytes of what an earlier job learned from the same; None to learn it."""
    if digest is None or claim.job_request.get("force"):
        return None
    with context.sessions() as session:
        kept = shared_profiles.newest(session, claim.token.tenant_id, at_most=LOOKED_AT)
    for manifest_digest in kept:
        found = _if_same(context, manifest_digest, digest)
        if found is not None:
            return found
    return None


def _if_same(context: Context, manifest_digest: str, digest: str) -> bytes | None:
    store, key = context.store, context.signing_key
    try:
        if load_manifest(store, manifest_digest, key).data_digest != digest:
            return None
        return load_bundle(store, manifest_digest, key)[SHARED_FILE]
    except (
        OSError,
        ArtifactError,
        ManifestError,
    ):  # it is not needed: it is only quicker than learning
        log.warning("earlier shared profile not read", digest=manifest_digest, exc_info=True)
        return None
