"""Old models go: for every tenant, and what they named in the store with them."""

from datetime import timedelta

import structlog

from db.jobs import shared_profiles
from db.models import retention, stored
from db.models.retention import Policy
from db.operation import tenants
from worker.context import Context

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 500
"""Of a tenant in one run: the process also keeps the jobs going."""


def apply_retention(context: Context) -> bool:
    """Delete the models of all tenants that are not to be kept, and what jobs that ended as long
    ago shared between their products; whether there is more to delete at once.
    """
    is_more = False
    policy = Policy.from_settings(context.settings)
    with context.sessions() as session:
        tenant_ids = tenants.every_id(session)
    for tenant_id in tenant_ids:
        removed = retention.apply(context.sessions, tenant_id, policy, at_most=MOST_AT_ONCE)
        is_more |= bool(removed.models and removed.models_left)
        if removed.models:
            reclaimed = stored.reclaim(context.sessions, context.store, removed.freed)
            log.info(
                "old models deleted",
                tenant_id=str(tenant_id),
                models=len(removed.models),
                bytes_reclaimed=reclaimed.bytes_now,
                bytes_later=reclaimed.bytes_later,
            )
    _forget_shared_profiles(context, timedelta(days=policy.days))
    return is_more


def _forget_shared_profiles(context: Context, older_than: timedelta) -> None:
    with context.sessions.begin() as session:
        freed = shared_profiles.forget(session, older_than=older_than, at_most=MOST_AT_ONCE)
    if freed:
        reclaimed = stored.reclaim(context.sessions, context.store, freed)
        log.info("old shared profiles deleted", bytes_reclaimed=reclaimed.bytes_now)
