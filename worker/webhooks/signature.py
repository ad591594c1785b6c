"""How a receiver knows that an event is ours: an HMAC over the time and the body."""

import hashlib
import hmac

HEADER = "X-Model-Studio-Signature"


def signature(secret: str, sent_at: int, body: bytes) -> str:
    """The value of the header: `t=<unix time>,v1=<hex>`."""
    signed = f"{sent_at}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={sent_at},v1={digest}"
