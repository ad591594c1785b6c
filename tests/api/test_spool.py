"""What arrives, piece by piece."""

import subprocess
import sys
from pathlib import Path

import pytest

from api.errors import UnavailableError
from api.server.aside import here
from api.uploads.spool import Spool
from tests.fixtures.waiting import PATIENCE_S

LARGE = bytes(range(256)) * 4096


@pytest.mark.parametrize("size", [0, 10, 1 << 18, len(LARGE)])
def test_every_part_can_be_read_while_more_arrives(tmp_path: Path, size: int) -> None:
    content = LARGE[:size]
    with Spool(tmp_path, here) as spool:
        for at in range(0, size, 100_000):
            spool.append(content[at : at + 100_000])
            assert spool.read(0, 4) == content[:4]
            assert spool.read(at, at + 50) == content[at : at + 50]
        assert spool.size == size
        assert spool.read(0, size + 1) == content
        assert spool.read(size, size + 1) == b""
        assert spool.path().read_bytes() == content
    assert list(tmp_path.iterdir()) == []


def test_few_bytes_make_no_file(tmp_path: Path) -> None:
    with Spool(tmp_path, here) as spool:
        spool.append(b"few")
        assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    with (
        Spool(tmp_path / "never made", here) as spool,
        pytest.raises(UnavailableError, match="cannot keep the file now"),
    ):
        spool.append(LARGE)


_WRITES = """
from gevent import monkey

monkey.patch_all()
from api.server.gevent_aside import in_thread


def write():
    with open("/dev/full", "wb", buffering=0) as file:
        file.write(b"few")


for _ in range(3):
    try:
        in_thread(write)
    except OSError as error:
        print(error.strerror)
"""


def test_a_full_disk_ends_no_thread_though_the_log_is_on_it() -> None:
    with Path("/dev/full").open("wb") as log:
        command = [sys.executable, "-c", _WRITES]
        told = subprocess.check_output(command, stderr=log, text=True, timeout=PATIENCE_S)
    assert told.splitlines() == ["No space left on device"] * 3
