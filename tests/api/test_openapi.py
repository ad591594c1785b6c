"""The OpenAPI document is valid and describes every route."""

import re

import httpx
from flask import Flask
from openapi_spec_validator import validate


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
