"""What makes two requests with one idempotency key the same request."""

import hashlib

from pydantic import BaseModel


def digest_of(body: BaseModel) -> str:
    return hashlib.sha256(body.model_dump_json().encode()).hexdigest()
