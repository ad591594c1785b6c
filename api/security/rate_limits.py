"""How often a tenant may ask, counted in Redis for all API processes together.

A request is refused for being one too many, never because Redis is away: then none is counted.
"""

import math
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog
from flask import Flask, Response, g, request
from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from api.errors import RateLimitedError
from api.security.tenants import KnownTenant
from core.redis_client import DEFAULT_PREFIX
from core.settings import Settings

log = structlog.get_logger(__name__)

WINDOW_S = 60
REQUESTS, TRAININGS = "requests", "trainings"
WITH_A_LOGIN = {REQUESTS: 600, TRAININGS: 30}

_REDIS_WITHIN_S = 0.5
_LEAVE_REDIS_ALONE_S = 5.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a tenant has left of one budget; `resets_at` is seconds since 1970."""

    budget: str
    limit: int
    remaining: int
    resets_at: float
    is_exceeded: bool

    def seconds_left(self) -> int:
        return max(1, math.ceil(self.resets_at - time.time()))


class RateLimits:
    def __init__(self, redis_url: str, *, prefix: str = DEFAULT_PREFIX) -> None:
        storage = RedisStorage(
            redis_url,
            key_prefix=f"{prefix}:rate",
            wrap_exceptions=True,
            socket_timeout=_REDIS_WITHIN_S,
            socket_connect_timeout=_REDIS_WITHIN_S,
            retry=Retry(NoBackoff(), 0),  # type: ignore[arg-type]  # passed on to redis-py
        )
        self._limiter = MovingWindowRateLimiter(storage)
        self._away_until = 0.0

    def take(self, tenant_id: UUID, budget: str, limit: int) -> Allowance | None:
        """Count one; None when it cannot be counted."""
        if time.monotonic() < self._away_until:
            return None
        item = RateLimitItemPerMinute(limit)
        try:
            is_allowed = self._limiter.hit(item, str(tenant_id), budget)
            stats = self._limiter.get_window_stats(item, str(tenant_id), budget)
        except StorageError as error:
            if not self._away_until:
                log.warning("requests are not limited, Redis is away", error=repr(error.__cause__))
            self._away_until = time.monotonic() + _LEAVE_REDIS_ALONE_S
            return None
        self._away_until = 0.0
        return Allowance(budget, limit, stats.remaining, stats.reset_time, not is_allowed)


def register_rate_limits(app: Flask, settings: Settings, trainings: Collection[str]) -> None:
    """Limit the routes that have a caller; `trainings` names those that start a training."""
    if settings.redis_url is None:
        return
    limits = RateLimits(settings.redis_url)
    configured = _configured(settings)

    @app.before_request
    def limit_rate() -> None:
        tenant: KnownTenant | None = g.get("tenant")
        if tenant is None or request.url_rule is None:
            return
        g.allowances = []
        for budget, limit in _budgets(configured, tenant, request.url_rule.endpoint in trainings):
            allowance = limits.take(tenant.id, budget, limit)
            if allowance is not None:
                g.allowances.append(allowance)
                if allowance.is_exceeded:
                    raise RateLimitedError(budget, limit, allowance.seconds_left())

    @app.after_request
    def tell_allowances(response: Response) -> Response:
        if allowances := g.get("allowances"):
            response.headers.update(_headers(allowances))
        return response


def _configured(settings: Settings) -> Mapping[str, int]:
    given = {
        REQUESTS: settings.rate_limit_per_minute,
        TRAININGS: settings.rate_limit_training_per_minute,
    }
    usual = WITH_A_LOGIN if settings.auth_mode != "none" else dict.fromkeys(given, 0)
    return {name: usual[name] if limit is None else limit for name, limit in given.items()}


def _budgets(
    configured: Mapping[str, int], tenant: KnownTenant, is_training: bool
) -> list[tuple[str, int]]:
    own = tenant.requests_per_minute
    budgets = [(REQUESTS, configured[REQUESTS] if own is None else own)]
    if is_training:
        budgets.append((TRAININGS, configured[TRAININGS]))
    return [(name, limit) for name, limit in budgets if limit]


def _headers(allowances: list[Allowance]) -> dict[str, str]:
    """Those of draft-ietf-httpapi-ratelimit-headers for each budget, the older ones for the
    tightest.
    """
    tightest = min(allowances, key=lambda allowance: allowance.remaining)
    return {
        "RateLimit-Policy": ", ".join(f'"{a.budget}";q={a.limit};w={WINDOW_S}' for a in allowances),
        "RateLimit": ", ".join(
            f'"{a.budget}";r={a.remaining};t={a.seconds_left()}' for a in allowances
        ),
        "X-RateLimit-Limit": str(tightest.limit),
        "X-RateLimit-Remaining": str(tightest.remaining),
        "X-RateLimit-Reset": str(math.ceil(tightest.resets_at)),
    }
