"""The receiver's side of webhooks, held against what the service signs."""

import pytest

from client import SIGNATURE_HEADER, verify_signature
from worker.webhooks.signature import HEADER, signature

SECRET = "whsec_of_a_test"
BODY = '{"event_type": "training_completed", "job_name": "Brötchen"}'.encode()
SENT_AT = 1_790_000_000


def is_ours(header: str | None, body: bytes = BODY, *, now: float = SENT_AT) -> bool:
    return verify_signature(SECRET, header, body, now=now)


def test_what_the_service_signs_is_accepted() -> None:
    assert SIGNATURE_HEADER == HEADER
    assert is_ours(signature(SECRET, SENT_AT, BODY))
    assert is_ours(signature(SECRET, SENT_AT, BODY), now=SENT_AT + 299)


def test_what_is_old_or_of_the_future_is_refused() -> None:
    signed = signature(SECRET, SENT_AT, BODY)

    assert not is_ours(signed, now=SENT_AT + 301)
    assert not is_ours(signed, now=SENT_AT - 301)
    assert not verify_signature(SECRET, signed, BODY)
    assert verify_signature(SECRET, signed, BODY, now=SENT_AT + 301, tolerance_s=600)


def test_what_was_changed_is_refused() -> None:
    signed = signature(SECRET, SENT_AT, BODY)

    assert not is_ours(signed, BODY + b" ")
    assert not is_ours(signature("another secret", SENT_AT, BODY))
    assert not is_ours(signed.replace(f"t={SENT_AT}", f"t={SENT_AT + 1}"), now=SENT_AT + 1)


@pytest.mark.parametrize(
    "header", [None, "", "garbage", "t=,v1=", "t=x,v1=ab", "v1=ab", "t=1٣,v1=ab", "t=-1,v1=ä", ",="]
)
def test_what_is_no_signature_is_refused(header: str | None) -> None:
    assert not is_ours(header)
