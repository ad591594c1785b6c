"""Who asks. With `AUTH_MODE=none` everybody is the one default tenant and may do everything.

`api.security.authentication` finds out before any view is called.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from flask import g

from api.errors import MissingScopeError
from db.tables import DEFAULT_TENANT_ID

Scope = Literal["read", "train", "deploy", "admin"]
SCOPES: tuple[Scope, ...] = ("read", "train", "deploy", "admin")


@dataclass(frozen=True, slots=True)
class Caller:
    """The tenant that a request speaks for, who sent it, and what it may do."""

    tenant_id: UUID
    subject: str
    scopes: frozenset[Scope]

    def require(self, scope: Scope) -> None:
        if scope not in self.scopes:
            raise MissingScopeError(scope)


EVERYBODY = Caller(DEFAULT_TENANT_ID, "everybody", frozenset(SCOPES))


def caller_of_request() -> Caller:
    """Who sent this request; endpoints that are open to everybody have no caller."""
    caller: Caller = g.caller
    return caller


def tenant_of_request() -> UUID:
    return caller_of_request().tenant_id
