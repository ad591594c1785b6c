"""Requests that no honest client sends get a refusal in the one form, and never a failure."""

import base64
import json
import socket
from typing import Any

import httpx
import pytest
from flask import Flask

from api.server.slow_peers import LONGEST_PAUSE_S

PROBLEM = "application/problem+json"


def cursor(moment: str) -> str:
    told = ["created_at", "desc", moment, "00000000-0000-0000-0000-000000000000"]
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


PARQUET = {"file": ("homes.parquet", b"PAR1")}
NAN = '{"priority": NaN}'
AS_JSON = {"Content-Type": "application/json"}
FAR_ZONE = cursor("2026-01-01T00:00:00+23:59")
FAR_YEAR = cursor("0001-01-01T00:00:00+23:59")


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
        ("GET", f"/api/v1/training/history?cursor={FAR_ZONE}", {}, 200),
        ("GET", f"/api/v1/training/history?cursor={FAR_YEAR}", {}, 400),
        ("GET", "/api/v1/training/history?created_from=0.5", {}, 400),
        ("GET", "/api/v1/training/history?created_to=0001-01-01T00:00:00%2B14:00", {}, 400),
        ("GET", "/api/v1/training/history?created_to=2026-01-01T00:00:00%2B23:59", {}, 200),
        ("GET", "/api/v1/training/analytics/accuracy?to=0001-01-01", {}, 400),
        ("GET", "/api/v1/training/analytics/duration?from=0001-01-01&to=9999-12-31", {}, 400),
        ("GET", "/api/v1/training/calendar?starts_from=0", {}, 400),
        ("POST", "/api/v1/training/start", {"json": {"force": 1}}, 422),
        ("POST", "/api/v1/training/start", {"json": {"priority": False}}, 422),
        (
            "POST",
            "/api/v1/training/start",
            {"content": '{"priority": NaN}', "headers": AS_JSON},
            422,
        ),
        ("POST", "/api/v1/training/start", {"content": "[" * 100_000, "headers": AS_JSON}, 422),
        ("POST", "/api/v1/training/start", {"headers": {"Content-Encoding": "gzip"}}, 415),
        ("POST", "/api/v1/training/sales", {"headers": {"Content-Encoding": "br"}}, 415),
        ("POST", "/api/v1/training/start/%00", {}, 404),
        ("POST", "/api/v1/training/start", {"json": {"products": ["\x00"]}}, 422),
        ("POST", "/api/v1/training/start", {"json": {"job_name": "a\x00b"}}, 422),
        ("POST", "/api/v1/training/start", {"json": {"priority": 10**30}}, 422),
        ("POST", "/api/v1/training/start", {"content": b'{"job_name": "\xff"}'}, 415),
        ("POST", "/api/v1/training/start", {"headers": {"Idempotency-Key": "k" * 300}}, 400),
        ("GET", "/api/v1/training/history?limit=1&limit=0", {}, 400),
        ("GET", "/api/v1/training/forecasts/totals?interval_width=NaN", {}, 400),
        ("GET", "/api/v1/training/forecasts/totals?interval_width=0.9&interval_width=3", {}, 400),
        ("POST", "/api/v1/models", {"files": PARQUET, "data": {"task_name": "a\x00b"}}, 422),
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
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if status == 200:
        return
    assert answer.headers["Content-Type"] == PROBLEM
    problem = json.loads(answer.text, parse_constant=pytest.fail)
    assert problem["status"] == status
    assert problem["detail"]


def test_a_refusal_says_what_would_be_accepted(http: httpx.Client) -> None:
    unknown = http.post("/api/v1/training/start", json={"horizons": 3}).json()
    assert "horizons: there is no such field. There are algorithm, " in unknown["detail"]
    entry = {"kind": "closure", "name": "Holidays", "starts_on": "2026-08-01"}
    far = http.post("/api/v1/training/calendar", json=entry | {"ends_on": "9999-12-31"}).json()
    assert far["detail"].endswith("ends_on: must be a day from 1970-01-01 to 2100-12-31")
    garbled = http.post("/api/v1/training/start", content=b"\x1f\x8b", headers=AS_JSON).json()
    assert garbled["errors"][0]["value"] is None


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
