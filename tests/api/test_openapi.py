"""The OpenAPI document is valid and describes every route."""

import re
from dataclasses import replace

import httpx
from flask import Flask
from openapi_spec_validator import validate

from api.addresses import ROOT, TRAINING
from api.endpoint import Endpoint
from api.endpoints import all_endpoints
from api.openapi.fields import FIELDS


def test_the_document_is_valid(http: httpx.Client) -> None:
    document = http.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_every_route_is_described(app: Flask, http: httpx.Client) -> None:
    paths = http.get("/openapi.json").json()["paths"]
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in {"static", "openapi"}
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {(path, method) for path, operations in paths.items() for method in operations}
    assert described == routes


def test_models_are_one_resource_under_both_prefixes() -> None:
    def under(prefix: str) -> list[Endpoint]:
        return [
            replace(endpoint, path=endpoint.path.removeprefix(prefix))
            for endpoint in all_endpoints()
            if endpoint.path.startswith(f"{prefix}/models")
        ]

    assert len(under(ROOT)) > 1
    assert under(ROOT) == under(TRAINING)


def test_every_parameter_and_every_tag_has_words(http: httpx.Client) -> None:
    document = http.get("/openapi.json").json()
    operations = [one for path in document["paths"].values() for one in path.values()]
    parameters = [parameter for one in operations for parameter in one["parameters"]]
    assert [parameter["name"] for parameter in parameters if not parameter["description"]] == []
    told = {tag["name"] for tag in document["tags"] if tag["description"]}
    assert {tag for one in operations for tag in one["tags"]} == told


def test_no_operation_leaves_its_answers_open(http: httpx.Client) -> None:
    paths = http.get("/openapi.json").json()["paths"]
    assert not any(
        "default" in one["responses"] for path in paths.values() for one in path.values()
    )


def test_every_field_has_words(http: httpx.Client) -> None:
    schemas = http.get("/openapi.json").json()["components"]["schemas"]
    fields = {
        f"{name}.{field}": described
        for name, schema in schemas.items()
        for field, described in schema.get("properties", {}).items()
    }
    assert "JobStatus.progress_percentage" in fields
    assert [name for name, described in fields.items() if not described.get("description")] == []


def test_no_words_are_left_over(http: httpx.Client) -> None:
    """Words for a name that no field has are those of a field that was renamed."""
    document = http.get("/openapi.json").json()
    schemas = document["components"]["schemas"].values()
    operations = [one for path in document["paths"].values() for one in path.values()]
    names = {field for schema in schemas for field in schema.get("properties", {})}
    names |= {parameter["name"] for one in operations for parameter in one["parameters"]}
    assert FIELDS.keys() - names == set()
