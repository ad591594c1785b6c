"""Where a request carries its token. Never in the address, which logs and histories keep."""

from flask import request

SUBPROTOCOL = "bearer"
"""A browser's WebSocket cannot set headers; it offers the subprotocols `bearer` and the token."""


def token_of_request() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    if request.url_rule is not None and request.url_rule.websocket:
        return _offered(request.headers.get("Sec-WebSocket-Protocol", ""))
    return None


def _offered(subprotocols: str) -> str | None:
    match [offered.strip() for offered in subprotocols.split(",")]:
        case [name, token] if name == SUBPROTOCOL:
            return token
    return None
