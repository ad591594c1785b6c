"""The one body of every refusal (RFC 9457), also of what never reached the application."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

PROBLEM_TYPE = "application/problem+json"


def problem_body(
    status: HTTPStatus,
    detail: str,
    *,
    instance: str,
    request_id: str | None,
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
        "instance": instance,
        "request_id": request_id,
        **(more or {}),
    }
