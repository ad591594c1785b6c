"""The first stage of a job that asks for it: what all of its products have in common."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import islice
from uuid import UUID

from pandas import DataFrame
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from core.artifacts import ArtifactStore
from core.bundles import load_bundle
from db.engine import Sessions
from db.lifecycle.outcomes import SharedOutcome
from db.shop.calendar import every_entry
from db.shop.scope import InScope, in_scope
from db.tables import Tenant, TrainedModel, TrainingJob
from db.transitions import Claim
from pipeline.forecast.shared import SharedProfile, fit_shared
from pipeline.forecast.spec import AUTO, ForecastSpec
from pipeline.progress import ProgressCallback
from worker import bundle
from worker.artifacts import artifact_files, store_files, with_store
from worker.context import Context
from worker.errors import TaskDataMissingError
from worker.forecasts import forecast_spec
from worker.frames import sales_frames
from worker.shared_reuse import SHARED_FILE, learned_before, shared_digest

TAKEN_OVER = "What all products share was learned before, and nothing has changed since"
KEPT = 2
"""A process works for one job at a time, and now and then for the next one."""

READ_AT_ONCE = 10
"""Products: two years of hours of each are 30 MB on their way."""

TREES = "pooled"
"""The candidate that forecasts with trees which have learned from all products."""


class StoredSales(Mapping[str, tuple[str | None, DataFrame]]):
    """By product its category and its sales, read anew whenever they are asked for: who goes
    through thousands of products decides what to keep of them. Those of the next few products come
    along, as one statement for ten costs a third of ten statements.
    """

    def __init__(
        self, sessions: Sessions, tenant_id: UUID, categories: Mapping[UUID, str | None]
    ) -> None:
        self._sessions, self._tenant_id = sessions, tenant_id
        self._categories = {str(product_id): kind for product_id, kind in categories.items()}
        self._places = {key: place for place, key in enumerate(self._categories)}
        self._ahead: dict[str, DataFrame] = {}

    def __getitem__(self, key: str) -> tuple[str | None, DataFrame]:
        category = self._categories[key]
        if key not in self._ahead:
            self._ahead = self._read(self._places[key])
        return category, self._ahead.pop(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._categories)

    def __len__(self) -> int:
        return len(self._categories)

    def _read(self, first: int) -> dict[str, DataFrame]:
        keys = list(islice(self._categories, first, first + READ_AT_ONCE))
        with self._sessions() as session:
            frames = sales_frames(session, self._tenant_id, [UUID(key) for key in keys])
            return dict(zip(keys, frames, strict=True))


def fit_shared_profile(
    claim: Claim, context: Context, on_progress: ProgressCallback
) -> SharedOutcome:
    """Learn it, or take over what an earlier job learned from the same."""
    products, spec, with_trees = _load(claim, context)
    digest = shared_digest(products, spec, with_trees=with_trees)
    found = learned_before(claim, context, digest)
    if found is not None:
        return replace(_stored(context, found, digest), message=TAKEN_OVER)
    sales = StoredSales(
        context.sessions, claim.token.tenant_id, {one.id: one.category for one in products}
    )
    threads = context.settings.task_threads
    profile = fit_shared(
        sales, spec, with_trees=with_trees, threads=threads, on_progress=on_progress
    )
    is_whole = profile.pooled is not None or not with_trees
    # What a busy machine had no time for may be learned next time.
    return _stored(context, bundle.dumps(profile), digest if is_whole else None)


def shared_profile_of(claim: Claim, context: Context) -> SharedProfile | None:
    """What the products of the job share; None if it learned nothing, or failed to."""
    if claim.shared_artifact is None:
        return None
    reading = partial(_read, context.store, claim.shared_artifact, context.signing_key)
    return with_store(context, reading)


@lru_cache(maxsize=KEPT)
def _read(store: ArtifactStore, manifest_digest: str, signing_key: str) -> SharedProfile:
    files = load_bundle(store, manifest_digest, signing_key)
    profile: SharedProfile = bundle.loads(files[SHARED_FILE])
    return profile


def _stored(context: Context, profile: bytes, digest: str | None) -> SharedOutcome:
    """Each job has a bundle of its own, so that none depends on how long another one is kept."""
    stored = store_files(context, {SHARED_FILE: profile}, versions={}, data_digest=digest)
    return SharedOutcome(manifest_digest=stored.manifest_digest, artifacts=artifact_files(stored))


def _load(claim: Claim, context: Context) -> tuple[Sequence[InScope], ForecastSpec, bool]:
    """The products, the settings, and whether any training may make use of trees."""
    tenant_id = claim.token.tenant_id
    with context.sessions() as session:
        tenant = session.get(Tenant, tenant_id)
        job = session.get(TrainingJob, claim.token.job_id)
        if tenant is None or job is None:
            raise TaskDataMissingError("The job does not exist any more")
        ids = [UUID(product_id) for product_id in job.products_to_train or ()]
        calendar = every_entry(session, tenant_id)
        products = in_scope(session, tenant_id, ids)
        spec = forecast_spec(context.settings, tenant, claim.job_request, calendar=calendar)
        with_trees = spec.algorithm in {AUTO, TREES} or _are_deployed(session, tenant_id, ids)
    return products, spec, with_trees


def _are_deployed(session: Session, tenant_id: UUID, product_ids: Collection[UUID]) -> bool:
    """Whether a champion forecasts with trees: it is tried on the same windows as the new model."""
    champions = exists().where(
        TrainedModel.tenant_id == tenant_id,
        TrainedModel.product_id.in_(product_ids),
        TrainedModel.is_deployed,
        or_(TrainedModel.algorithm == TREES, TrainedModel.hyperparameters.has_key(TREES)),
    )
    return bool(session.scalar(select(champions)))
