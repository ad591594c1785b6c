"""Who asks: tokens on HTTP and on WebSockets, against the served API."""

import pytest
from websockets.exceptions import InvalidStatus

from client import Client
from client.errors import ForbiddenError, InvalidTokenError, UnauthorizedError
from client.sockets import open_socket
from tests.api.security.tokens import token
from tests.client.conftest import Login
from tests.fixtures.served import Served


def test_without_a_token_nobody_is_let_in(served: Served) -> None:
    with Client(served.url) as stranger, pytest.raises(UnauthorizedError) as caught:
        stranger.history()

    assert "token" in str(caught.value)


def test_a_token_that_is_not_accepted_is_refused(served: Served) -> None:
    with Client(served.url, token=token(exp=1)) as late, pytest.raises(UnauthorizedError):
        late.history()


def test_a_missing_scope_is_named(login: Login) -> None:
    with pytest.raises(ForbiddenError) as caught:
        login("read").start()

    assert caught.value.scope == "train"


def test_the_environment_may_hold_the_token(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEL_STUDIO_TOKEN", token() + "\n")

    with Client(served.url) as studio:
        assert studio.tenant().id == "00000000-0000-0000-0000-00000000000a"


def test_a_text_that_cannot_be_a_token_is_not_sent_and_not_repeated() -> None:
    with pytest.raises(InvalidTokenError) as caught:
        Client("http://127.0.0.1:9", token="two words\r\nX-Admin: yes")

    assert "two words" not in str(caught.value)


def test_a_job_is_watched_with_the_token(login: Login) -> None:
    studio = login()
    studio.catalogue.create("BUN")
    job = studio.start()
    studio.stop(job.job_id)

    messages = list(studio.watch(job.job_id))

    assert messages[-1].type == "training_cancelled"
    assert not any(one.polled for one in messages)


def test_sockets_say_who_asks_in_their_subprotocols(served: Served) -> None:
    path = "/api/model-studio/ws/train-from-parquet"

    with open_socket(served.url, path, token=token()) as socket:
        assert socket.subprotocol == "bearer"
    with pytest.raises(InvalidStatus) as caught:
        open_socket(served.url, path)
    assert caught.value.response.status_code == 401


def test_a_watch_of_a_stranger_ends_in_words(served: Served, login: Login) -> None:
    studio = login()
    studio.catalogue.create("BUN")
    job = studio.start()

    with Client(served.url) as stranger, pytest.raises(UnauthorizedError):
        next(stranger.watch(job.job_id))
    studio.stop(job.job_id)
