"""Tokens at a real server: on both sockets before any upgrade, and in no log."""

import json
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

import httpx
import pytest
from sqlalchemy import make_url
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from db.tables import Tenant
from db.transitions import NewTask, create_job
from tests.api.security.tokens import OURS, REFUSED, SECRET, THEIRS, bearer, token
from tests.fixtures.served import Served
from tests.fixtures.sockets import connect
from tests.fixtures.waiting import PATIENCE_S, eventually


@pytest.fixture(scope="module")
def our_job(served_with_tokens: Served) -> UUID:
    with served_with_tokens.sessions.begin() as session:
        session.add(Tenant(id=OURS, name="Ours"))
        session.flush()
        job = create_job(
            session,
            tenant_id=OURS,
            kind="upload",
            tasks=[NewTask(kind="table", product_name="Table")],
            request={},
            timeout_s=600,
            upload_digest="0" * 64,
        )
    return job.id


@pytest.fixture
def sockets(served_with_tokens: Served, our_job: UUID) -> dict[str, str]:
    return {
        "watch": served_with_tokens.watch_url(our_job),
        "studio": served_with_tokens.studio_url,
    }


def refusal(
    url: str, headers: Mapping[str, str] | None = None, *, offered: Sequence[str] = ()
) -> httpx.Response:
    """The answer to a handshake that is not accepted."""
    subprotocols = [Subprotocol(name) for name in offered] or None
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(url, additional_headers=headers, subprotocols=subprotocols),
    ):
        pass
    answer = refused.value.response
    return httpx.Response(answer.status_code, headers=list(answer.headers.raw_items()))


@pytest.mark.parametrize("name", ["watch", "studio"])
@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_a_socket_is_not_opened_with_a_bad_token(
    make: Callable[[], str], name: str, sockets: dict[str, str]
) -> None:
    bad = make()
    by_header = refusal(sockets[name], {"Authorization": f"Bearer {bad}"})
    assert by_header.status_code == 401
    assert by_header.headers["WWW-Authenticate"].startswith("Bearer ")
    by_subprotocol = refusal(sockets[name], offered=["bearer", bad])
    assert by_subprotocol.status_code == 401


@pytest.mark.parametrize("name", ["watch", "studio"])
def test_a_socket_is_not_opened_without_a_token(name: str, sockets: dict[str, str]) -> None:
    url = sockets[name]
    assert refusal(url).status_code == 401
    assert refusal(url, offered=["bearer"]).status_code == 401
    assert refusal(url, offered=[token(), "bearer"]).status_code == 401
    mark = "&" if "?" in url else "?"
    assert refusal(f"{url}{mark}token={token()}&access_token={token()}").status_code == 401


def test_a_browser_shows_its_token_as_a_subprotocol(sockets: dict[str, str]) -> None:
    for url in sockets.values():
        offered = [Subprotocol("bearer"), Subprotocol(token())]
        with connect(url, subprotocols=offered) as opened:
            assert opened.subprotocol == "bearer"


def test_a_program_shows_its_token_in_a_header(sockets: dict[str, str]) -> None:
    for url in sockets.values():
        with connect(url, additional_headers=bearer()) as opened:
            assert opened.subprotocol is None


def test_a_job_of_others_is_not_there(sockets: dict[str, str]) -> None:
    assert refusal(sockets["watch"], bearer(THEIRS)).status_code == 404


def test_a_socket_needs_its_scope(sockets: dict[str, str]) -> None:
    assert refusal(sockets["studio"], bearer(scope="read deploy")).status_code == 403
    assert refusal(sockets["watch"], bearer(scope="train deploy")).status_code == 403


def test_the_service_answers_under_any_name(served_with_tokens: Served) -> None:
    """As a proxy on this machine passes it on; without tokens this would be DNS rebinding."""
    address = f"{served_with_tokens.url}/api/v1/training/tenant"
    answer = httpx.get(
        address, headers=bearer() | {"Host": "forecasts.shop.example"}, timeout=PATIENCE_S
    )
    assert answer.status_code == 200


def test_a_log_line_tells_who_asked_and_no_secret(served_with_tokens: Served) -> None:
    good, refused = token(), REFUSED["another audience"]()
    address = f"{served_with_tokens.url}/api/v1/training/tenant"
    asked = httpx.get(
        address,
        headers={"Authorization": f"Bearer {good}", "X-Request-ID": "who-asked"},
        params={"token": good},
        timeout=PATIENCE_S,
    )
    assert asked.status_code == 200
    refusal_id = "who-was-refused"
    headers = {"Authorization": f"Bearer {refused}", "X-Request-ID": refusal_id}
    httpx.get(address, headers=headers, timeout=PATIENCE_S)

    eventually(lambda: refusal_id in served_with_tokens.log)
    lines = [json.loads(line) for line in served_with_tokens.log.splitlines() if line[:1] == "{"]
    line = next(line for line in lines if line.get("request_id") == "who-asked")
    assert (line["tenant_id"], line["subject"], line["status"]) == (str(OURS), "ada", 200)

    password = make_url(served_with_tokens.sessions.kw["bind"].url).password
    assert password
    for secret in (good, refused, SECRET, password):
        assert secret not in served_with_tokens.log
