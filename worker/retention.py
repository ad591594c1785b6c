"""Old models go: for every tenant, and what they named in the store with them."""

import structlog

from db import retention, stored, tenants
from db.retention import Policy
from worker.context import Context

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 500
"""Of a tenant in one run: the process also keeps the jobs going, and the next run follows."""


def apply_retention(context: Context) -> None:
    """Delete the models of all tenants that are not to be kept."""
    policy = Policy.from_settings(context.settings)
    with context.sessions() as session:
        tenant_ids = tenants.every_id(session)
    for tenant_id in tenant_ids:
        removed = retention.apply(context.sessions, tenant_id, policy, at_most=MOST_AT_ONCE)
        if removed.models:
            reclaimed = stored.reclaim(context.sessions, context.store, removed.freed)
            log.info(
                "old models deleted",
                tenant_id=str(tenant_id),
                models=len(removed.models),
                bytes_reclaimed=reclaimed.bytes_now,
                bytes_later=reclaimed.bytes_later,
            )
