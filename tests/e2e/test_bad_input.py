"""Files that no model can come from get the documented error from the service, which goes on."""

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import psutil
import pyarrow as pa
import pytest
from websockets.exceptions import ConnectionClosed

from tests.e2e.service import Service
from tests.fixtures.sockets import connect
from tests.fixtures.waiting import PATIENCE_S
from tests.pipeline.table import hostile
from tests.pipeline.table.tables import parquet

PEAK_LIMIT_BYTES = 1_200 * hostile.MEGABYTE
NOT_UTF8 = pa.array([b"caf\xe9"] * 40, pa.binary()).view(pa.string())


def file_of(rows: int = 40, **columns: object) -> bytes:
    frame = pd.DataFrame(
        {"size": range(rows), "shop": list("ab") * (rows // 2) + ["a"] * (rows % 2)}
    )
    return parquet(pa.Table.from_pandas(frame.assign(**columns))).getvalue()


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "truncated": (lambda: file_of(y=1.5)[:-200], "cut off"),
    "a nested target": (
        lambda: parquet(pa.table({"x": [1, 2], "y": [["a"], ["b"]]})).getvalue(),
        "target_variable 'y' holds lists or structures; flatten it",
    ),
    "no rows": (lambda: file_of(rows=0, y=[]), "no rows"),
    "one row": (lambda: file_of(rows=1, y=[1.0]), "1 row"),
    "all-null target": (lambda: file_of(y=[None] * 40), "'y'"),
    "constant target": (lambda: file_of(y=[3.5] * 40), "'y'"),
    "no such target": (
        file_of,
        "Target variable 'y' not found in data. Available columns: ['size', 'shop']",
    ),
    "a million columns": (
        lambda: hostile.header_of_columns(1_000_000).getvalue(),
        "too many columns",
    ),
    "a decompression bomb": (lambda: hostile.repeated_text().getvalue(), "too much memory"),
    "not a finite target": (lambda: file_of(y=[float("inf"), float("nan")] * 20), "'y'"),
    "duplicate column names": (
        lambda: parquet(pa.table([[1], [2], [3]], names=["y", "b", "y"])).getvalue(),
        "Duplicate column names: 'y'",
    ),
    "not UTF-8": (
        lambda: parquet(pa.table({"y": range(40), "name": NOT_UTF8})).getvalue(),
        "Column 'name' holds text that is not UTF-8",
    ),
}


@pytest.mark.parametrize(("make", "told"), FILES.values(), ids=FILES.keys())
def test_a_hostile_file_gets_the_documented_error(
    service: Service, make: Callable[[], bytes], told: str
) -> None:
    with connect(studio_url(service)) as connection:
        connection.send(request(make()))
        update = json.loads(connection.recv(timeout=120))
        while update["type"] == "progress":
            update = json.loads(connection.recv(timeout=120))
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=PATIENCE_S)

    assert update["type"] == "error"
    assert update["message"].startswith("Training failed: ")
    assert told in update["message"]
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1000
    assert peak_memory(service) < PEAK_LIMIT_BYTES


def test_a_good_file_is_trained_after_all_of_them(service: Service) -> None:
    sizes = pd.Series(range(200)) % 37
    with connect(studio_url(service)) as connection:
        connection.send(request(file_of(rows=200, size=sizes, y=sizes * 2.0 + 1)))
        update = json.loads(connection.recv(timeout=120))
        while update["type"] == "progress":
            update = json.loads(connection.recv(timeout=120))

    assert update["type"] == "completed"
    assert update["metrics"]["test_accuracy"] > 0.9


def test_leaving_in_the_middle_leaves_the_job_running(service: Service) -> None:
    sizes = pd.Series(range(200)) % 37
    with connect(studio_url(service)) as connection:
        connection.send(request(file_of(rows=200, size=sizes, y=sizes * 3.0)))
        job_id = json.loads(connection.recv(timeout=PATIENCE_S))["job_id"]

    service.wait_until(lambda: service.get(f"status/{job_id}")["status"] == "completed", 120)
    assert service.get(f"status/{job_id}")["model"] is not None


def studio_url(service: Service) -> str:
    return service.url.replace("http", "ws", 1) + "/api/model-studio/ws/train-from-parquet"


def request(file: bytes) -> str:
    fields = {"action": "start_training", "ml_task": "regression", "target_variable": "y"}
    return json.dumps(fields | {"file_data": base64.b64encode(file).decode()})


def peak_memory(service: Service) -> int:
    """The largest resident size that any process of the service ever had, in bytes."""
    return max(_peak(process) for process in service.launcher.children(recursive=True))


def _peak(process: psutil.Process) -> int:
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:  # it ended meanwhile
        return 0
    sizes = [line.split()[1] for line in io.StringIO(status) if line.startswith("VmHWM")]
    return int(sizes[0]) * 1024 if sizes else 0
