"""The document as a whole."""

import json
from functools import cache
from typing import Any

from api.endpoint import Endpoint, operation_id
from api.endpoints import all_endpoints
from api.openapi.answers import HEADERS, answers_of, refusals
from api.openapi.references import References, references_and_schemas
from api.openapi.requests import body_of, parameters_of, template_of
from api.openapi.security import SCHEMES, security
from api.openapi.sockets import sockets
from api.openapi.words import TAGS

VERSION = "1"

Json = dict[str, Any]

_ABOUT = """\
A forecast per product; the best model for any Parquet file.

Every refusal is `application/problem+json` (RFC 9457). Lists come in pages: ask for the next one
with `cursor`, which is the `next_cursor` of the page before. A request with an
`Idempotency-Key` can be repeated: it is carried out once. Moments are ISO 8601 in UTC; `ds` is the
wall clock of the shop.
"""


@cache
def document() -> str:
    """The document as JSON text, the same in every application."""
    endpoints = all_endpoints()
    references, schemas = references_and_schemas(endpoints)
    paths: dict[str, Json] = {}
    for endpoint in endpoints:
        described = _operation(endpoint, references)
        paths.setdefault(template_of(endpoint.path), {})[endpoint.method.lower()] = described
    return json.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "Model Studio", "version": VERSION, "description": _ABOUT},
            "servers": [{"url": "/", "description": "Where this document comes from"}],
            "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
            "paths": paths | sockets(),
            "components": {
                "schemas": schemas,
                "responses": refusals(references),
                "headers": HEADERS,
                "securitySchemes": SCHEMES,
            },
        }
    )


def _operation(endpoint: Endpoint, references: References) -> Json:
    operation: Json = {
        "operationId": operation_id(endpoint),
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": parameters_of(endpoint),
        "responses": answers_of(endpoint, references),
    }
    if not endpoint.is_open:
        operation["security"] = security(endpoint.scope)
    if body := body_of(endpoint, references):
        operation["requestBody"] = body
    return operation
