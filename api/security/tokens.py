"""A token becomes a caller, or is refused. What it says of its own algorithm decides nothing."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import jwt
import structlog
from jwt.exceptions import (
    ExpiredSignatureError,
    ImmatureSignatureError,
    InvalidAudienceError,
    InvalidIssuerError,
    InvalidSignatureError,
    InvalidTokenError,
    MissingRequiredClaimError,
)

from api.caller import SCOPES, Caller, Scope
from api.errors import UnauthorizedError
from api.security.keys import Keys
from db.operation.audit import SERVICE_NAME
from db.text import storable

log = structlog.get_logger(__name__)

_LONGEST_SUBJECT = 255
_NOT_SUBJECTS = ("", SERVICE_NAME)
"""In the audit trail the service acts under a name of its own, which nobody else may have."""

_REASONS: tuple[tuple[type[InvalidTokenError], str], ...] = (
    (ExpiredSignatureError, "The token has expired; ask for a new one"),
    (ImmatureSignatureError, "The token is not valid yet"),
    (InvalidAudienceError, "The token is meant for another service (claim aud)"),
    (InvalidIssuerError, "The token was issued by somebody else (claim iss)"),
    (InvalidSignatureError, "The signature of the token is not right"),
    (MissingRequiredClaimError, "The token lacks a claim: exp, sub and tenant_id must be there"),
)


class TokenReader:
    def __init__(
        self, keys: Keys, *, audience: str | None, issuer: str | None, leeway_s: float
    ) -> None:
        self._keys = keys
        self._audience = audience
        self._issuer = issuer
        self._leeway_s = leeway_s

    def read(self, token: str) -> Caller:
        """Who the token speaks for; raises `UnauthorizedError`."""
        try:
            claims = self._verified(token)
        except InvalidTokenError as error:
            log.info("token refused", reason=type(error).__name__)
            raise UnauthorizedError(_told(error), is_given=True) from error
        if claims["sub"] in _NOT_SUBJECTS:
            raise UnauthorizedError(
                "The claim sub of the token is empty or a name of the service's own",
                is_given=True,
            )
        return Caller(
            tenant_id=_tenant(claims["tenant_id"]),
            subject=storable(claims["sub"], _LONGEST_SUBJECT),
            scopes=_scopes(claims.get("scope")),
        )

    def _verified(self, token: str) -> Mapping[str, Any]:
        key_id = jwt.get_unverified_header(token).get("kid")
        pinned = self._keys.find(key_id)
        if pinned is None:
            raise InvalidSignatureError("no such key")
        return jwt.decode(
            token,
            pinned.key,
            algorithms=[pinned.algorithm],
            audience=self._audience,
            issuer=self._issuer,
            leeway=self._leeway_s,
            options={
                "require": ["exp", "sub", "tenant_id"],
                "verify_aud": self._audience is not None,
            },
        )


def _told(error: InvalidTokenError) -> str:
    matching = (told for kind, told in _REASONS if isinstance(error, kind))
    return next(matching, "The token is not accepted: it is no JWT of a kind that is used here")


def _tenant(claim: object) -> UUID:
    try:
        return UUID(claim if isinstance(claim, str) else "")
    except ValueError as error:
        raise UnauthorizedError(
            "The claim tenant_id of the token is not a UUID", is_given=True
        ) from error


def _scopes(claim: object) -> frozenset[Scope]:
    granted = claim.split() if isinstance(claim, str) else []
    return frozenset(SCOPES if "admin" in granted else [s for s in SCOPES if s in granted])
