"""Thousands of watchers of one job on one API process, beside a plain flask-sock handler.

`python -m benchmarks.sockets [--watchers 2000] [--messages 50] [--plain]`. Both servers run under
gunicorn's gevent worker and get the same messages over Postgres and Redis at the same pace; the
watchers are one other process, and check that no number is missing.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

import psutil
from sqlalchemy import select

from benchmarks.api_process import SERVE, ApiProcess, running_api
from benchmarks.report import Line, print_lines
from core.progress import ProgressMessage
from db.tables import DEFAULT_TENANT_ID, TrainingTask
from db.transitions import NewTask, Token, admit, claim, create_job, fail, report

PLAIN = (
    "gunicorn",
    *("--worker-class", "gevent", "--worker-connections", "10000", "--backlog", "2048"),
    "benchmarks.plain_sockets:create()",
)
KIBIBYTE = 1024
WATCHERS_TIMEOUT_S = 300


@dataclass(frozen=True, slots=True)
class Load:
    """What both servers get."""

    watchers: int
    messages: int
    per_second: float
    plain: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--watchers", type=int, default=2000)
    parser.add_argument("--messages", type=int, default=50)
    parser.add_argument("--per-second", type=float, default=4)
    parser.add_argument("--plain", action="store_true", help="without compression")
    load = Load(**vars(parser.parse_args()))
    lines = [
        *measure("API", load, SERVE, "api/v1/training/ws"),
        *measure("flask-sock", load, PLAIN, "watch"),
    ]
    print_lines(f"{load.watchers} watchers of one job, {load.messages} messages", lines)


def measure(name: str, load: Load, command: Sequence[str], path: str) -> list[Line]:
    """What the watchers of one server saw, and what it cost the server."""
    limit = str(load.watchers)
    with running_api(command=command, WEBSOCKET_MAX_CONNECTIONS=limit, LOG_LEVEL="WARNING") as api:
        token = begin_job(api)
        url = f"ws{api.url.removeprefix('http')}/{path}/{token.job_id}"
        before = anonymous_bytes(api.worker)
        began = time.perf_counter()
        watchers = start_watchers(url, load)
        connected_s = time.perf_counter() - began
        per_socket = (anonymous_bytes(api.worker) - before) / load.watchers
        cpu_before_s = cpu_seconds(api.worker)
        tell(api, token, load)
        seen, _ = watchers.communicate(timeout=WATCHERS_TIMEOUT_S)
        cpu_s = cpu_seconds(api.worker) - cpu_before_s
    return _lines(name, load, json.loads(seen), connected_s, per_socket, cpu_s)


def begin_job(api: ApiProcess) -> Token:
    """An upload's job, whose worker is this process."""
    with api.sessions.begin() as session:
        job = create_job(
            session,
            tenant_id=DEFAULT_TENANT_ID,
            kind="upload",
            tasks=[NewTask(kind="table", product_name="Table")],
            request={},
            timeout_s=WATCHERS_TIMEOUT_S,
            upload_digest="0" * 64,
        )
        admit(session, [job.id])
        task_id = session.scalars(
            select(TrainingTask.id).where(TrainingTask.job_id == job.id)
        ).one()
    with api.sessions.begin() as session:
        claimed = claim(session, task_id, worker="benchmark", lease_s=WATCHERS_TIMEOUT_S)
    assert claimed is not None
    api.stream.publish(claimed.messages)
    return claimed.token


def start_watchers(url: str, load: Load) -> subprocess.Popen[str]:
    """Their process, once all of them are connected."""
    options = ["--plain"] if load.plain else []
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.watchers", url, str(load.watchers), *options],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    if process.stdout.readline() != "connected\n":
        raise RuntimeError(f"the watchers ended with status {process.wait()}")
    return process


def tell(api: ApiProcess, token: Token, load: Load) -> None:
    """Report at an even pace, then end the job."""
    began = time.monotonic()
    for number in range(load.messages):
        time.sleep(max(0.0, began + number / load.per_second - time.monotonic()))
        api.stream.publish(_report(api, token, 45 + 40 * number / load.messages))
    time.sleep(1 / load.per_second)
    with api.sessions.begin() as session:
        messages = fail(
            session,
            token,
            error_type="EndError",
            message="The benchmark ends",
            recommended_action="None",
            retry=False,
        )
    api.stream.publish(messages or [])


def _report(api: ApiProcess, token: Token, percentage: float) -> list[ProgressMessage]:
    metrics = {"sent_at": time.time(), "train_rmse": 12.5, "validation_rmse": 14.25}
    with api.sessions.begin() as session:
        return report(
            session,
            token,
            phase="training",
            percentage=percentage,
            message="Training XGBoost model",
            metrics=metrics,
        )


def anonymous_bytes(process: psutil.Process) -> int:
    """Memory that is the process's own."""
    used = process.memory_info()
    return int(used.rss - used.shared)


def cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _lines(
    name: str,
    load: Load,
    seen: dict[str, list[float]],
    connected_s: float,
    per_socket: float,
    cpu_s: float,
) -> list[Line]:
    delays_ms = [1000 * delay for delay in seen["delays_s"]]
    percentiles = quantiles(delays_ms, n=100)
    deliveries = len(delays_ms)
    return [
        Line(f"{name}: missing", load.watchers * load.messages - deliveries, "deliveries"),
        Line(f"{name}: delay, median", percentiles[49], "ms"),
        Line(f"{name}: delay, 99 of 100", percentiles[98], "ms"),
        Line(f"{name}: longest delay", max(delays_ms), "ms"),
        Line(f"{name}: CPU", cpu_s / deliveries * 100_000, "s per 100,000 deliveries"),
        Line(f"{name}: memory", per_socket / KIBIBYTE, "KiB per socket"),
        Line(f"{name}: connected", load.watchers / connected_s, "sockets/s"),
    ]


if __name__ == "__main__":
    main()
