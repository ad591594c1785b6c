"""What the server refuses before the application sees it has the form of all other refusals."""

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from api.server.unreadable import LONGEST_FIRST_LINE, LONGEST_HEADER, MOST_HEADERS
from tests.fixtures.served import Served
from tests.fixtures.waiting import PATIENCE_S, eventually

HOST = b"Host: 127.0.0.1\r\n"
MANY_HEADERS = b"".join(b"X-%d: 1\r\n" % number for number in range(MOST_HEADERS + 1))
CHUNKED = HOST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
POST = b"POST /api/v1/training/start HTTP/1.1\r\n"

UNREADABLE: dict[str, tuple[bytes, int, str]] = {
    "long address": (
        b"GET /healthz?" + b"a" * (3 * LONGEST_FIRST_LINE) + b" HTTP/1.1\r\n" + HOST + b"\r\n",
        414,
        "The address is too long",
    ),
    "long header": (
        b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: " + b"a" * LONGEST_HEADER + b"\r\n\r\n",
        431,
        "8,190 bytes each",
    ),
    "many headers": (b"GET /healthz HTTP/1.1\r\n" + MANY_HEADERS + b"\r\n", 431, "up to 100"),
    "no request line": (b"hello\r\n\r\n", 400, "GET / HTTP/1.1"),
    "no method": (b"get\x01 / HTTP/1.1\r\n" + HOST + b"\r\n", 400, "method"),
    "no version": (b"GET / HTTP/9.9\r\n" + HOST + b"\r\n", 400, "use HTTP/1.1"),
    "header name": (b"GET / HTTP/1.1\r\nna me: 1\r\n\r\n", 400, "header has a name"),
    "folded header": (b"GET / HTTP/1.1\r\nX: 1\r\n 2\r\n\r\n", 400, "on one line"),
    "coding": (POST + HOST + b"Transfer-Encoding: zip\r\n\r\n", 501, "no other coding"),
    "expectation": (POST + HOST + b"Expect: tea\r\n\r\n", 417, "100-continue"),
    "chunks": (POST + CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n", 400, "divided into chunks"),
}


def ask(served: Served, request: bytes) -> tuple[int, dict[str, str], dict[str, Any]]:
    """The status, the headers and the body of the answer to these bytes."""
    address = urlsplit(served.url)
    with socket.create_connection((address.hostname, address.port), PATIENCE_S) as peer:
        peer.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer or not _is_whole(answer):
            piece = peer.recv(65_536)
            if not piece:
                break
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin1").split("\r\n")
    return int(status.split()[1]), _headers(lines), json.loads(body)


def _headers(lines: list[str]) -> dict[str, str]:
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


def _is_whole(answer: bytes) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    length = _headers(head.decode("latin1").split("\r\n")[1:])["content-length"]
    return len(body) >= int(length)


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_request_that_cannot_be_read_is_refused_in_the_one_form(
    shared_served: Served, name: str
) -> None:
    request, expected, words = UNREADABLE[name]

    status, headers, problem = ask(shared_served, request)

    assert status == problem["status"] == expected
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-request-id"] == problem["request_id"]
    assert headers["x-content-type-options"] == "nosniff"
    assert words in problem["detail"]


def test_what_is_refused_is_in_the_log_under_its_id(shared_served: Served) -> None:
    _, _, problem = ask(shared_served, b"hello\r\n\r\n")

    (line,) = eventually(
        lambda: [line for line in shared_served.log.splitlines() if problem["request_id"] in line]
    )
    assert json.loads(line)["event"] == "request cannot be read"
    assert json.loads(line)["level"] == "warning"
