"""Requests that no honest client sends get a refusal in the one form, and never a failure."""

import socket
from typing import Any

import httpx
import pytest
from flask import Flask

from api.slow_peers import LONGEST_PAUSE_S

PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "/api/v1/models/%00", {}, 404),
        ("GET", "/api/v1/models/latest/a%00b", {}, 404),
        ("GET", "/api/v1/models/..%2f..%2fetc%2fpasswd", {}, 404),
        ("GET", "/static/..%2fapp.py", {}, 404),
        ("GET", "/static/%2e%2e/app.py", {}, 404),
        ("GET", "/api/v1/training/history?cursor=%00", {}, 400),
        ("GET", "/api/v1/training/history?limit=1e9", {}, 400),
        ("GET", "/api/v1/models?product_id=%00", {}, 400),
        ("GET", "/api/v1/models?product_id=%ff%fe", {}, 404),
        ("POST", "/api/v1/training/start/%00", {}, 404),
        ("POST", "/api/v1/training/start", {"json": {"products": ["\x00"]}}, 422),
        ("POST", "/api/v1/training/start", {"json": {"job_name": "a\x00b"}}, 422),
        ("POST", "/api/v1/training/start", {"json": {"priority": 10**30}}, 422),
        ("POST", "/api/v1/training/start", {"content": b'{"job_name": "\xff"}'}, 415),
        ("POST", "/api/v1/training/start", {"headers": {"Idempotency-Key": "k" * 300}}, 400),
        ("DELETE", "/api/v1/models", {}, 405),
        ("POST", "/nowhere", {}, 404),
        ("POST", "/api/v1/training/sales", {"content": b"x" * 8_000_001}, 415),
    ],
)
def test_a_hostile_request_is_refused_in_the_one_form(
    http: httpx.Client, bakery: Any, method: str, path: str, options: Any, status: int
) -> None:
    answer = http.request(method, path, **options)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == PROBLEM
    assert answer.json()["status"] == status
    assert answer.json()["detail"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("given", ["a b", "x" * 65, "a/b", "a\tb", ""])
def test_a_request_id_that_is_none_is_not_repeated(http: httpx.Client, given: str) -> None:
    answer = http.get("/healthz", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] != given
    assert len(answer.headers["X-Request-ID"]) == 32


def test_a_peer_that_pauses_too_long_is_let_go(app: Flask) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        app.test_client().get("/healthz", environ_overrides={"gunicorn.socket": ours})
        assert ours.gettimeout() == LONGEST_PAUSE_S
