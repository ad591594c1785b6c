"""How a receiver of webhooks knows that a request is Model Studio's.

if not verify_signature(secret, request.headers[SIGNATURE_HEADER], request.body):
    refuse()
"""

import hashlib
import hmac
import time

SIGNATURE_HEADER = "X-Model-Studio-Signature"
TOLERANCE_S = 300.0


def verify_signature(
    secret: str,
    header: str | None,
    body: bytes,
    *,
    tolerance_s: float = TOLERANCE_S,
    now: float | None = None,
) -> bool:
    """Whether the bytes that arrived were signed with the secret, and not long ago.

    `header` is `X-Model-Studio-Signature` as it came, or None if it was missing.
    """
    parts = dict(part.strip().partition("=")[::2] for part in (header or "").split(","))
    sent_at, given = parts.get("t", ""), parts.get("v1", "")
    if not (sent_at.isascii() and sent_at.isdigit()):
        return False
    signed = sent_at.encode() + b"." + body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    is_fresh = abs((time.time() if now is None else now) - int(sent_at)) <= tolerance_s
    return hmac.compare_digest(expected.encode(), given.encode()) and is_fresh
