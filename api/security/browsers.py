"""What pages of other sites may do through a browser: nothing, unless their site is named."""

from urllib.parse import urlsplit

from flask import Flask, request
from flask_cors import CORS

from api.errors import ForeignOriginError

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_REQUEST_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "X-Request-ID")
_ANSWER_HEADERS = (
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-Request-ID",
)
_REMEMBER_S = 600


def register_browser_rules(app: Flask, cors_origins: str | None) -> None:
    allowed = frozenset(cors_origins.split(",") if cors_origins else ())
    if allowed:
        CORS(
            app,
            origins=sorted(allowed),
            methods=_METHODS,
            allow_headers=_REQUEST_HEADERS,
            expose_headers=_ANSWER_HEADERS,
            max_age=_REMEMBER_S,
        )

    @app.before_request
    def refuse_foreign_origin() -> None:
        """A page of another site may not act here through the browser of somebody who may."""
        origin = request.headers.get("Origin")
        is_socket = request.url_rule is not None and request.url_rule.websocket
        if origin is None or (request.method in _SAFE_METHODS and not is_socket):
            return
        if urlsplit(origin).netloc != request.host and origin not in allowed:
            raise ForeignOriginError(f"Pages of {origin[:200]} may not use this service")
