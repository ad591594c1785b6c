"""Uploads that break off, and several at once, on a running API process."""

import hashlib
import socket
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from db.tables import TrainingJob
from tests.fixtures.served import Served
from tests.fixtures.waiting import PATIENCE_S, eventually

MEGABYTE = 10**6
FORM = {"ml_task": "regression", "target_variable": "y"}


def uploads_of(served: Served) -> list[str]:
    return [path.name for path in served.data.joinpath("uploads").iterdir()]


def test_a_client_that_leaves_in_the_middle_leaves_no_file(shared_served: Served) -> None:
    host, port = shared_served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(
            f"POST /api/v1/models HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 50000000\r\n"
            "Content-Type: multipart/form-data; boundary=cut\r\n\r\n--cut\r\n"
            'Content-Disposition: form-data; name="file"; filename="t.parquet"\r\n\r\n'.encode()
        )
        client.sendall(b"PAR1" + bytes(5 * MEGABYTE))
        eventually(lambda: uploads_of(shared_served) != [])
    eventually(lambda: uploads_of(shared_served) == [])
    assert httpx.get(f"{shared_served.url}/healthz", timeout=PATIENCE_S).status_code == 200


LINES = b"date,product_id,quantity\n2026-01-01,rolls,5\n"


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("Content-Length: 1000", LINES),
        ("Transfer-Encoding: chunked", b"%x\r\n%b\r\n" % (len(LINES), LINES)),
    ],
)
def test_a_file_that_breaks_off_after_a_whole_line_is_not_imported(
    shared_served: Served, header: str, body: bytes
) -> None:
    host, port = shared_served.url.removeprefix("http://").split(":")
    head = (
        f"POST /api/v1/training/sales HTTP/1.1\r\nHost: {host}:{port}\r\n"
        f"Content-Type: text/csv\r\n{header}\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), PATIENCE_S) as client:
        client.sendall(head.encode() + body)
        client.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: client.recv(65_536), b""))

    assert answer.startswith(b"HTTP/1.1 400")
    assert b"The body broke off before its end" in answer
    product = f"{shared_served.url}/api/v1/training/products/rolls"
    assert httpx.get(product, timeout=PATIENCE_S).status_code == 404


def test_uploads_at_the_same_time_keep_their_own_content(shared_served: Served) -> None:
    files = [b"PAR1" + bytes([number]) * 3 * MEGABYTE for number in range(4)]

    def upload(content: bytes) -> str:
        answer = httpx.post(
            f"{shared_served.url}/api/v1/models",
            files={"file": ("t.parquet", content)},
            data=FORM,
            timeout=60,
        )
        assert answer.status_code == 202, answer.text
        return str(answer.json()["job_id"])

    with ThreadPoolExecutor(len(files)) as pool:
        jobs = list(pool.map(upload, files))
    with shared_served.sessions() as session:
        found = [session.get_one(TrainingJob, job_id).upload_digest for job_id in jobs]
    assert found == [hashlib.sha256(content).hexdigest() for content in files]
    assert uploads_of(shared_served) == []
