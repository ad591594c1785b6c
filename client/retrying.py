"""When a request is sent again, and after how long."""

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

RETRY_DELAYS_S = (0.25, 1.0, 3.0)
LONGEST_WAIT_S = 60.0
"""A service that asks for more patience than this is believed, and the caller is told."""
_BUSY = frozenset({429, 503})
_STARTING = frozenset({502, 504})
_TRY_AGAIN = frozenset({408, 425, 429})


def may_pass(status: int) -> bool:
    """Whether what was refused with this status may be granted a little later."""
    return status >= 500 or status in _TRY_AGAIN


def jittered(delay_s: float) -> float:
    return delay_s * random.uniform(0.5, 1.5)


def wait_before_retry_s(response: httpx.Response, delay_s: float) -> float | None:
    """How long to wait before the next try; None if trying again is of no use."""
    if response.status_code not in _BUSY | _STARTING or _is_quota(response):
        return None
    asked_s = retry_after_s(response)
    if asked_s is None:
        return jittered(delay_s)
    return asked_s + random.uniform(0, delay_s) if asked_s <= LONGEST_WAIT_S else None


def retry_after_s(response: httpx.Response) -> float | None:
    """The seconds for which the service asks to be left alone."""
    asked = response.headers.get("Retry-After")
    if asked is None:
        return None
    if asked.isascii() and asked.isdigit():
        return float(asked)
    try:
        moment = parsedate_to_datetime(asked)
    except ValueError:
        return None
    if moment.tzinfo is None:  # the date of RFC 9110 is in UTC, which Python reads as no zone
        moment = moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)


def _is_quota(response: httpx.Response) -> bool:
    """A full quota (of jobs, of products) is not over in a moment; only the caller can tell."""
    if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
        return False
    try:
        problem = response.json()
    except ValueError:
        return False
    return isinstance(problem, dict) and "quota" in problem
