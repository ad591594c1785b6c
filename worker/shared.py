"""The first stage of a job that asks for it: what all of its products have in common."""

from uuid import UUID

from pandas import DataFrame
from sqlalchemy import select

from db.calendar import every_entry
from db.outcomes import SharedOutcome
from db.tables import Product, Tenant, TrainingJob
from db.transitions import Claim
from pipeline.forecast.shared import fit_shared
from pipeline.forecast.spec import ForecastSpec
from pipeline.progress import ProgressCallback
from worker import bundle
from worker.artifacts import artifact_files, store_files
from worker.context import Context
from worker.errors import TaskDataMissingError
from worker.forecasts import forecast_spec
from worker.frames import sales_frame

Histories = dict[str, tuple[str | None, DataFrame]]


def fit_shared_profile(
    claim: Claim, context: Context, on_progress: ProgressCallback
) -> SharedOutcome:
    histories, spec = _load(claim, context)
    profile = fit_shared(histories, spec, on_progress=on_progress)
    stored = store_files(
        context, {"shared.pkl": bundle.dumps(profile)}, versions={}, data_digest=None
    )
    return SharedOutcome(manifest_digest=stored.manifest_digest, artifacts=artifact_files(stored))


def _load(claim: Claim, context: Context) -> tuple[Histories, ForecastSpec]:
    tenant_id = claim.token.tenant_id
    with context.sessions() as session:
        tenant = session.get(Tenant, tenant_id)
        job = session.get(TrainingJob, claim.token.job_id)
        if tenant is None or job is None:
            raise TaskDataMissingError("The job does not exist any more")
        ids = [UUID(product_id) for product_id in job.products_to_train or ()]
        calendar = every_entry(session, tenant_id)
        products = session.scalars(
            select(Product).where(Product.tenant_id == tenant_id, Product.id.in_(ids))
        )
        histories = {
            str(product.id): (product.category, sales_frame(session, tenant_id, product.id))
            for product in products.all()
        }
    spec = forecast_spec(context.settings, tenant, claim.job_request, calendar=calendar)
    return histories, spec
