"""What large uploads cost the API process: memory, and the time that other requests wait.

`python -m benchmarks.upload_memory [--form-mb 2000] [--message-mb 99]`. One form and several Base64
messages are sent over loopback by processes of their own; meanwhile `/healthz` is asked every few
milliseconds. The bytes are generated, but stored for real: twice the form's size must be free on
the disk of the temporary directory.
"""

import argparse
import http.client
import json
import multiprocessing
import os
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit
from urllib.request import urlopen

import psutil
from websockets.sync.client import connect

from benchmarks.api_process import ApiProcess, running_api
from benchmarks.report import Line, print_lines

MEGABYTE = 10**6
MEBIBYTE = 1 << 20
BOUNDARY = "benchmark"
IDLE_S = 3.0
PAUSE_S = 0.005
PATIENCE_S = 600

Send = Callable[[str, int], None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--form-mb", type=int, default=2_000)
    parser.add_argument("--message-mb", type=int, default=99)
    options = parser.parse_args()
    with running_api(MAX_UPLOAD_MB="100", WEBSOCKET_MAX_CONNECTIONS="10") as api:
        lines = [
            *measure("idle", api, _wait, [0]),
            *measure("one form", api, send_form, [options.form_mb]),
            *measure("two forms", api, send_form, [options.form_mb // 4] * 2),
            *measure("one message", api, send_message, [options.message_mb]),
            *measure("three messages", api, send_message, [options.message_mb] * 3),
        ]
        left = list((api.directory / "uploads").iterdir())
    title = f"A form of {options.form_mb} MB and messages of {options.message_mb} MB"
    print_lines(title, [*lines, Line("files left behind", len(left), "")])


def measure(name: str, api: ApiProcess, send: Send, sizes: Sequence[int]) -> list[Line]:
    """The slowest answers of `/healthz`, and the growth of the process, while all are sent."""
    before = peak_bytes(api.worker)
    began = time.monotonic()
    context = multiprocessing.get_context("spawn")
    senders = [context.Process(target=send, args=(api.url, size)) for size in sizes]
    for sender in senders:
        sender.start()
    waits_ms = ask_meanwhile(api.url, senders)
    if any(sender.exitcode for sender in senders):
        raise RuntimeError(f"{name}: an upload failed")
    grown = peak_bytes(api.worker) - before
    return [
        Line(f"{name}: took", time.monotonic() - began, "s"),
        Line(f"{name}: memory", grown / MEBIBYTE, "MiB more at the peak"),
        Line(f"{name}: 99 of 100", quantiles(waits_ms, n=100)[98], "ms for /healthz"),
        Line(f"{name}: longest", max(waits_ms), "ms for /healthz"),
    ]


def ask_meanwhile(url: str, senders: Sequence[BaseProcess]) -> list[float]:
    """How long each `/healthz` took until the last sender ended."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    waits_ms = []
    while any(sender.is_alive() for sender in senders):
        began = time.perf_counter()
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        waits_ms.append(1000 * (time.perf_counter() - began))
        time.sleep(PAUSE_S)
    connection.close()
    return waits_ms


def peak_bytes(process: psutil.Process) -> int:
    """The most memory that a process ever had."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) * 1024


def send_form(url: str, megabytes: int) -> None:
    """A form with a file that begins like Parquet and goes on with zeros."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="ml_task"\r\n\r\nregression\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="target_variable"\r\n\r\ny\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="big.parquet"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE_S)
    connection.putrequest("POST", "/api/v1/models")
    connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    connection.putheader("Content-Length", str(len(head) + megabytes * MEGABYTE + len(tail)))
    connection.endheaders(head)
    connection.send(b"PAR1" + bytes(MEGABYTE - 4))
    for _ in range(megabytes - 1):
        connection.send(bytes(MEGABYTE))
    connection.send(tail)
    answer = connection.getresponse()
    if answer.status != http.client.ACCEPTED:
        raise RuntimeError(f"{answer.status}: {answer.read()!r}")


def send_message(url: str, megabytes: int) -> None:
    """A training request with its file inside; returns when its job exists."""
    name = f"Message of process {os.getpid()}"
    request = {
        "task_name": name,
        "action": "start_training",
        "ml_task": "regression",
        "target_variable": "y",
        "file_data": b64encode(b"PAR1" + bytes(megabytes * MEGABYTE - 4)).decode(),
    }
    address = f"ws{url.removeprefix('http')}/api/model-studio/ws/train-from-parquet"
    with connect(address, close_timeout=1) as socket:
        socket.send(json.dumps(request))
        while name not in _job_names(url):
            with suppress(TimeoutError):
                raise RuntimeError(f"The request was refused: {socket.recv(timeout=0.2)!r}")


def _job_names(url: str) -> set[str | None]:
    with urlopen(f"{url}/api/v1/training/history?limit=20") as answer:
        return {job["job_name"] for job in json.load(answer)["items"]}


def _wait(_: str, __: int) -> None:
    time.sleep(IDLE_S)


if __name__ == "__main__":
    main()
