"""Requests over HTTP: errors as ours, and repetition only where it is safe."""

import pytest

from client import Client
from client.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    ProblemError,
    RequestRefusedError,
    ServiceFailedError,
    ServiceUnreachableError,
    TooManyRequestsError,
    UnauthorizedError,
)
from tests.client.peer import http_peer

ACCEPTED = (202, {"job_id": "job-1", "status": "pending", "products_total": 3})


def no_sleep(_: float) -> None:
    """Repetitions follow at once."""


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidInputError),
        (404, NotFoundError),
        (409, ConflictError),
        (413, InvalidInputError),
        (415, InvalidInputError),
        (422, InvalidInputError),
        (401, UnauthorizedError),
        (403, ForbiddenError),
        (410, RequestRefusedError),
        (429, TooManyRequestsError),
        (500, ServiceFailedError),
    ],
)
def test_a_problem_document_becomes_an_error(status: int, kind: type[ProblemError]) -> None:
    problem = {"title": "Wrong", "detail": "Row 3 is wrong", "errors": [{"row": 3}]}

    with (
        http_peer(*[(status, problem)] * 4) as peer,
        Client(peer.url, sleep=no_sleep) as studio,
        pytest.raises(kind) as caught,
    ):
        studio.status("job-1")

    assert type(caught.value) is kind
    assert str(caught.value) == "Row 3 is wrong"
    assert caught.value.errors == ({"row": 3},)


def test_a_refused_connection_says_how_to_start_the_service() -> None:
    with http_peer() as peer:
        address = peer.url

    with (
        Client(address, sleep=no_sleep) as studio,
        pytest.raises(ServiceUnreachableError) as caught,
    ):
        studio.status("job-1")

    assert address in str(caught.value)
    assert "model-studio up" in str(caught.value)


def test_reading_is_repeated_when_the_connection_breaks() -> None:
    with http_peer(None, (503, {}), (200, {"job_id": "job-1"})) as peer:
        with Client(peer.url, sleep=no_sleep) as studio:
            assert studio.status("job-1").job_id == "job-1"

        assert len(peer.requests) == 3


def test_a_repeated_start_carries_the_same_key() -> None:
    with http_peer(None, ACCEPTED, ACCEPTED) as peer:
        with Client(peer.url, sleep=no_sleep) as studio:
            studio.start(["bun"])
            studio.start(["bun"])

        keys = [headers["Idempotency-Key"] for _, _, headers, _ in peer.requests]
        assert keys[0] == keys[1]
        assert keys[1] != keys[2]


def test_stopping_is_not_repeated() -> None:
    with http_peer(None, (200, {"job_id": "job-1"})) as peer:
        with Client(peer.url, sleep=no_sleep) as studio, pytest.raises(ServiceUnreachableError):
            studio.stop("job-1")

        assert len(peer.requests) == 1


def test_a_service_that_stays_busy_is_an_error() -> None:
    with http_peer(*[(503, {"detail": "Starting"})] * 4) as peer:
        with Client(peer.url, sleep=no_sleep) as studio, pytest.raises(ServiceFailedError):
            studio.status("job-1")

        assert len(peer.requests) == 4


def test_a_sku_may_hold_any_character() -> None:
    with http_peer((200, {"id": "m"})) as peer, Client(peer.url) as studio:
        studio.latest("a/b c?")

        assert peer.requests[0][1] == "/api/v1/training/models/latest/a%2Fb%20c%3F"


def test_loopback_is_never_reached_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    with http_peer((200, {"job_id": "job-1"})) as peer, Client(peer.url) as studio:
        assert studio.status("job-1").job_id == "job-1"


def test_the_environment_names_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_STUDIO_URL", "http://127.0.0.1:1234/")

    with Client() as studio:
        assert studio.base_url == "http://127.0.0.1:1234"


def test_a_name_never_leaves_its_place_in_the_path() -> None:
    with (
        http_peer((200, {"id": "m"}), (200, {"id": "m"}), (200, {"id": "m"})) as peer,
        Client(peer.url) as studio,
    ):
        for name in ("..", "a/b?c", "."):
            studio.model(name)

        assert [path.rsplit("/", 1)[1] for _, path, _, _ in peer.requests] == [
            "%2E%2E",
            "a%2Fb%3Fc",
            "%2E",
        ]
        with pytest.raises(InvalidInputError, match="must not be empty"):
            studio.model("")
