"""The token that says who asks: in the header of a request, in the subprotocols of a socket."""

import re

from websockets.typing import Subprotocol

from client.errors import InvalidTokenError

_SUBPROTOCOL = "bearer"
_ALLOWED = re.compile(r"[A-Za-z0-9._~-]+")


def checked_token(token: str | None) -> str | None:
    """Without the line feed of a file; an empty text is no token."""
    token = (token or "").strip()
    if not token:
        return None
    if not _ALLOWED.fullmatch(token):
        raise InvalidTokenError
    return token


def token_headers(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def token_subprotocols(token: str | None) -> list[Subprotocol] | None:
    return None if token is None else [Subprotocol(_SUBPROTOCOL), Subprotocol(token)]
