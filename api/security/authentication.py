"""Who sends a request is found out, and what they may do is checked, before anything else happens.

One hook for HTTP, WebSockets and Server-Sent Events: a refusal comes before any upgrade.
"""

from collections.abc import Mapping
from typing import Protocol

from flask import Flask, g, request
from structlog.contextvars import bind_contextvars

from api.caller import EVERYBODY, Caller, Scope
from api.errors import UnauthorizedError
from api.security.bearer import token_of_request
from api.security.jwks import ProviderKeys
from api.security.keys import Keys, SharedSecret
from api.security.tenants import KnownTenants
from api.security.tokens import TokenReader
from api.services import Services
from core.errors import SettingsError
from core.settings import Settings
from db import tenancy


class Authenticate(Protocol):
    def __call__(self) -> Caller:
        """The caller of the current request; raises `UnauthorizedError`."""


def register_authentication(
    app: Flask, services: Services, needed: Mapping[str, Scope | None]
) -> None:
    authenticate = _authentication(services.settings)
    tenants = KnownTenants(services.sessions)

    @app.before_request
    def admit_caller() -> None:
        route = request.url_rule
        if route is None or request.method == "OPTIONS":
            return  # answered by the router, which knows nothing of any tenant
        scope = needed.get(route.endpoint, "admin")
        if scope is None:
            return
        caller = authenticate()
        bind_contextvars(tenant_id=str(caller.tenant_id), subject=caller.subject)
        caller.require(scope)
        g.tenant = tenants.admit(caller.tenant_id)
        g.caller = caller
        tenancy.bind_tenant(caller.tenant_id)

    @app.teardown_request
    def leave_tenant(_: BaseException | None) -> None:
        tenancy.unbind()


def _authentication(settings: Settings) -> Authenticate:
    if settings.auth_mode == "none":
        return lambda: EVERYBODY
    reader = TokenReader(
        _keys(settings),
        audience=settings.jwt_audience,
        issuer=settings.jwt_issuer,
        leeway_s=settings.jwt_leeway_seconds,
    )

    def by_token() -> Caller:
        token = token_of_request()
        if token is None:
            raise UnauthorizedError(
                "Send a token: the header Authorization: Bearer <token>, or on a WebSocket the"
                " subprotocols bearer and <token>",
                is_given=False,
            )
        return reader.read(token)

    return by_token


def _keys(settings: Settings) -> Keys:
    if settings.jwt_secret is not None:
        return SharedSecret(settings.jwt_secret)
    if settings.jwt_jwks_url is not None:
        return ProviderKeys(settings.jwt_jwks_url)
    raise SettingsError(settings.contradictions())
