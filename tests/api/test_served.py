"""What only holds, or only shows, in the real server process."""

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
import pytest

from tests.fixtures.served import ROOT, Serve, Served
from tests.fixtures.waiting import PATIENCE_S, eventually

MEBIBYTE = 1 << 20


class Zeros(io.RawIOBase):
    """A Parquet-like file of any size that takes no memory."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        length = min(len(buffer), self._size - self._at)
        buffer[:length] = bytes(length)
        if self._at == 0 and length:
            buffer[:4] = b"PAR1"
        self._at += length
        return length


def worker_of(served: Served) -> psutil.Process:
    (worker,) = psutil.Process(served.process.pid).children()
    return worker


def peak_memory(process: psutil.Process) -> int:
    """The most resident memory that a process ever had, in bytes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def test_a_large_upload_leaves_memory_and_other_requests_alone(shared_served: Served) -> None:
    worker = worker_of(shared_served)
    before = peak_memory(worker)
    answers: list[httpx.Response] = []

    def upload() -> None:
        answers.append(
            httpx.post(
                f"{shared_served.url}/api/v1/models",
                files={"file": ("big.parquet", Zeros(300 * MEBIBYTE))},
                data={"ml_task": "regression", "target_variable": "y"},
                timeout=120,
            )
        )

    sender = threading.Thread(target=upload)
    sender.start()
    asked = 0
    while sender.is_alive():
        assert httpx.get(f"{shared_served.url}/healthz", timeout=PATIENCE_S).status_code == 200
        asked += 1
        sender.join(0.2)
    assert answers[0].status_code == 202, answers[0].text
    assert asked > 0
    assert peak_memory(worker) - before < 64 * MEBIBYTE
    assert list(shared_served.data.joinpath("uploads").iterdir()) == []


def test_a_chunked_body_is_limited_too(shared_served: Served) -> None:
    def rows() -> Iterator[bytes]:
        yield b"date,product_id,quantity\n"
        for day in range(1, 29):
            yield f"2026-01-{day:02d},chunked,5\n".encode()

    answer = httpx.post(
        f"{shared_served.url}/api/v1/training/sales",
        content=rows(),
        headers={"Content-Type": "text/csv"},
        timeout=60,
    )
    assert answer.json()["rows_inserted"] == 28


def test_errors_in_a_file_come_back_from_the_child_process(shared_served: Served) -> None:
    answer = httpx.post(
        f"{shared_served.url}/api/v1/training/sales",
        content="date,product_id,quantity\n2026-01-01,rye,many\n",
        headers={"Content-Type": "text/csv"},
        timeout=60,
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["column"] == "quantity"


def test_only_this_machine_is_answered_under_its_own_name(shared_served: Served) -> None:
    rebound = httpx.get(
        f"{shared_served.url}/healthz", headers={"Host": "evil.example"}, timeout=PATIENCE_S
    )
    assert rebound.status_code == 400
    own = httpx.get(
        f"{shared_served.url}/healthz", headers={"Host": "localhost:1"}, timeout=PATIENCE_S
    )
    assert own.status_code == 200


def test_it_refuses_to_be_reached_by_others(tmp_path: Any) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "HOST": "0.0.0.0",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    command = ["-m", "gunicorn", "--config", "python:api.gunicorn_conf", "api.wsgi:app"]
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert b"--insecure" in done.stderr


@pytest.mark.parametrize(
    ("path", "is_logged"),
    [
        ("/api/v1/training/history", True),
        ("/static/js/main.js", False),
        ("/static/no-such-file", False),
        ("/healthz", False),
        ("/metrics", False),
    ],
)
def test_requests_that_tell_something_are_logged(
    shared_served: Served, path: str, is_logged: bool
) -> None:
    trace, after = uuid4().hex, uuid4().hex
    for asked, request_id in ((path, trace), ("/api/v1/training/history", after)):
        headers = {"X-Request-ID": request_id}
        httpx.get(f"{shared_served.url}{asked}", headers=headers, timeout=PATIENCE_S)
    eventually(lambda: f'"request_id": "{after}"' in shared_served.log)
    assert (f'"request_id": "{trace}"' in shared_served.log) is is_logged


def test_the_log_from_start_to_end_holds_nothing_but_json_and_no_warning(serve: Serve) -> None:
    """gevent warns, in plain text, when something took `ssl` before it was replaced."""
    served = serve(log_level="DEBUG")
    assert httpx.get(f"{served.url}/static/icon.svg", timeout=PATIENCE_S).status_code == 200
    served.process.terminate()
    served.process.wait(PATIENCE_S)
    lines = [json.loads(line) for line in served.log.splitlines()]
    assert [line for line in lines if line["level"] not in {"debug", "info"}] == []
    (of_file,) = [line for line in lines if line.get("path") == "/static/icon.svg"]
    assert of_file["level"] == "debug"
