"""A request that carries an Idempotency-Key is carried out once."""

import hashlib
from collections.abc import Callable
from uuid import UUID

from flask import request
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.errors import BadQueryError
from db.operation.idempotency import once

_LONGEST_KEY = 255


def once_per_request(
    session: Session,
    tenant_id: UUID,
    resource_type: str,
    asked: BaseModel | str,
    make: Callable[[], str],
) -> str:
    """The id of what `make` makes. When the request is repeated, that of the first time; its key is
    refused for anything else than what was `asked` then.
    """
    digest = digest_of(asked)
    resource_id, _ = once(session, tenant_id, idempotency_key(), digest, resource_type, make)
    return resource_id


def idempotency_key() -> str | None:
    """The key of the current request, if it has one."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= _LONGEST_KEY and key.isprintable()):
        raise BadQueryError(f"Idempotency-Key takes 1 to {_LONGEST_KEY} printable characters")
    return key


def digest_of(asked: BaseModel | str) -> str:
    """What two requests with one key must have in common."""
    told = asked if isinstance(asked, str) else asked.model_dump_json()
    return hashlib.sha256(told.encode()).hexdigest()
