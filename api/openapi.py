"""The OpenAPI 3.1 document, made from the endpoints and their schemas."""

import json
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api import schemas
from api.addresses import MULTIPART, TRAINING
from api.endpoint import Endpoint, operation_id
from api.endpoints import all_endpoints
from api.errors import PROBLEM_TYPE

VERSION = "1"
_REF = "#/components/schemas/{model}"
_LOGIN = "bearer"
_REFUSED_ANYWHERE = (401, 403, 429)
_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")

Json = dict[str, Any]


def document() -> str:
    """The document as JSON text."""
    endpoints = all_endpoints()
    references, definitions = _definitions(endpoints)
    paths: dict[str, Json] = {}
    for endpoint in endpoints:
        path = _PARAMETER.sub(r"{\2}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, references)
    paths |= _sockets()
    return json.dumps(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Model Studio",
                "version": VERSION,
                "description": "A forecast per product; the best model for any Parquet file.",
            },
            "paths": paths,
            "components": {
                "schemas": definitions,
                "securitySchemes": {
                    _LOGIN: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
                },
            },
        }
    )


References = Mapping[type[BaseModel], Json]


def _definitions(endpoints: Iterable[Endpoint]) -> tuple[References, Json]:
    asked = {model for e in endpoints for model in (e.body, e.reads, e.form)}
    answered = {e.answer for e in endpoints} | {schemas.Problem}
    models = [(model, "validation") for model in asked if model is not None]
    models += [(model, "serialization") for model in answered if model is not None]
    models.sort(key=lambda pair: pair[0].__name__)
    found, described = models_json_schema(models, ref_template=_REF)  # type: ignore[arg-type]  # literals
    references: References = {model: schema for (model, _), schema in found.items()}  # type: ignore[misc]  # models only
    return references, described.get("$defs", {})


def _operation(endpoint: Endpoint, references: References) -> Json:
    operation: Json = {
        "operationId": operation_id(endpoint),
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": [*_path_parameters(endpoint), *_query(endpoint), *_headers(endpoint)],
        "responses": _responses(endpoint, references),
    }
    if not endpoint.is_open:
        operation["security"] = [{_LOGIN: [endpoint.scope]}]
    if content := _request_content(endpoint, references):
        operation["requestBody"] = {"content": content, "required": endpoint.body is None}
    return operation


def _path_parameters(endpoint: Endpoint) -> list[Json]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string"} | ({"format": "uuid"} if kind == "uuid" else {}),
        }
        for kind, name in _PARAMETER.findall(endpoint.path)
    ]


def _query(endpoint: Endpoint) -> list[Json]:
    if endpoint.query is None:
        return []
    schema = endpoint.query.model_json_schema()
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": described}
        for name, described in schema["properties"].items()
    ]


def _headers(endpoint: Endpoint) -> list[Json]:
    return [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": description,
            "schema": {"type": "string"},
        }
        for name, description in endpoint.headers.items()
    ]


def _request_content(endpoint: Endpoint, references: References) -> Json:
    content: Json = {}
    for model in filter(None, (endpoint.body, endpoint.reads)):
        content["application/json"] = {"schema": references[model]}
    for media_type in endpoint.consumes:
        if media_type == MULTIPART:
            content[media_type] = {"schema": _form(endpoint)}
        else:
            content[media_type] = {"schema": {"type": "string", "contentMediaType": media_type}}
    return content


def _form(endpoint: Endpoint) -> Json:
    file: Json = {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
    }
    return file if endpoint.form is None else {"allOf": [file, _form_fields(endpoint.form)]}


def _form_fields(form: type[BaseModel]) -> Json:
    # A closed schema inside `allOf` would forbid the file beside it.
    return form.model_json_schema() | {"additionalProperties": True}


def _responses(endpoint: Endpoint, references: References) -> Json:
    schema = references[endpoint.answer] if endpoint.answer is not None else {"type": "string"}
    answer: Json = {"description": HTTPStatus(endpoint.status).phrase}
    if endpoint.status != HTTPStatus.NO_CONTENT:
        answer["content"] = {endpoint.produces: {"schema": schema}}
    answers: Json = {str(endpoint.status): answer}
    refused = {"content": {PROBLEM_TYPE: {"schema": references[schemas.Problem]}}}
    usual = () if endpoint.is_open else _REFUSED_ANYWHERE
    for status in sorted({*endpoint.refusals, *usual}):
        answers[str(status)] = {"description": HTTPStatus(status).phrase} | refused
    answers["default"] = {"description": "A refusal or a failure"} | refused
    return answers


def _sockets() -> Json:
    return {
        f"{TRAINING}/ws/{{job_id}}": _socket(
            "watch_job",
            "WebSocket: progress of a job from the message after `after` on, until its last one",
            [
                {
                    "name": "job_id",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string", "format": "uuid"},
                },
                {
                    "name": "after",
                    "in": "query",
                    "required": False,
                    "schema": {"type": "integer", "minimum": 0, "default": 0},
                },
            ],
        ),
        "/api/model-studio/ws/train-from-parquet": _socket(
            "train_from_parquet", "WebSocket: train on a Parquet file and watch it", []
        ),
    }


def _socket(operation: str, summary: str, parameters: list[Json]) -> Json:
    refused = {
        "description": "A refusal before the upgrade",
        "content": {PROBLEM_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}},
    }
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "tags": ["WebSocket"],
            "parameters": parameters,
            "responses": {"101": {"description": "Switching Protocols"}, "default": refused},
        }
    }
