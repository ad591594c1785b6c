"""What an operation is asked with: the parts of its address, its query, headers and body."""

import re
from typing import Any

from pydantic import BaseModel

from api.addresses import MULTIPART
from api.endpoint import Endpoint
from api.openapi.references import References
from api.openapi.words import PATH, describe_fields

Json = dict[str, Any]

_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


def template_of(path: str) -> str:
    """The address as OpenAPI writes it."""
    return _PARAMETER.sub(r"{\2}", path)


def parameters_of(endpoint: Endpoint) -> list[Json]:
    return [*path_parameters(endpoint.path), *_query(endpoint), *_headers(endpoint)]


def path_parameters(path: str) -> list[Json]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": PATH[name],
            "schema": {"type": "string"}
            | ({"format": "uuid"} if kind == "uuid" else {"minLength": 1}),
        }
        for kind, name in _PARAMETER.findall(path)
    ]


def _query(endpoint: Endpoint) -> list[Json]:
    if endpoint.query is None:
        return []
    schema = endpoint.query.model_json_schema()
    describe_fields(schema)
    required = schema.get("required", [])
    return [
        _query_parameter(name, described, is_required=name in required)
        for name, described in schema["properties"].items()
    ]


def _query_parameter(name: str, schema: Json, *, is_required: bool) -> Json:
    parameter = {"name": name, "in": "query", "required": is_required}
    if "description" in schema:
        parameter["description"] = schema.pop("description")
    return parameter | {"schema": _without_null(schema)}


def _without_null(schema: Json) -> Json:
    """An address cannot say null: what is meant is that the parameter is left out."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    rest = {key: value for key, value in schema.items() if key not in {"anyOf", "default"}}
    only: Json = kinds[0]
    return rest | only


def _headers(endpoint: Endpoint) -> list[Json]:
    return [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": description,
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        }
        for name, description in endpoint.headers.items()
    ]


def body_of(endpoint: Endpoint, references: References) -> Json | None:
    if not endpoint.takes_body:
        return None
    return {"content": _contents(endpoint, references), "required": _needs_body(endpoint)}


def _needs_body(endpoint: Endpoint) -> bool:
    """A body of ours may be left out if it need not say anything."""
    if endpoint.body is None:
        return True
    return any(field.is_required() for field in endpoint.body.model_fields.values())


def _contents(endpoint: Endpoint, references: References) -> Json:
    content: Json = {}
    for model in filter(None, (endpoint.body, endpoint.reads)):
        content["application/json"] = {"schema": references[model]}
    for media_type in endpoint.consumes:
        if media_type == MULTIPART:
            content[media_type] = {"schema": _form(endpoint.form)}
        else:
            content[media_type] = {"schema": {"type": "string", "contentMediaType": media_type}}
    return content


def _form(form: type[BaseModel] | None) -> Json:
    file: Json = {
        "type": "string",
        "contentMediaType": "application/octet-stream",
        "description": "The file itself",
    }
    fields: Json = (
        {"type": "object", "properties": {}} if form is None else form.model_json_schema()
    )
    describe_fields(fields)
    return fields | {
        "properties": {"file": file} | fields["properties"],
        "required": ["file", *fields.get("required", [])],
    }
