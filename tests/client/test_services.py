"""Finding and starting the services of this machine."""

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from client.errors import ServiceStartError
from client.services import Launcher, module_command, running_url, wait_until_ready
from tests.client.peer import http_peer


@contextmanager
def data_directory(path: Path, note: str, *, locked: bool) -> Iterator[Path]:
    """What a launcher leaves in its directory; the lock is held while it runs."""
    (path / "launcher.json").write_text(note)
    with (path / "launcher.lock").open("w") as lock:
        if locked:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield path


def test_a_running_launcher_is_found(tmp_path: Path) -> None:
    with data_directory(tmp_path, '{"url": "http://127.0.0.1:1"}', locked=True) as path:
        assert running_url(path) == "http://127.0.0.1:1"


def test_what_a_killed_launcher_left_is_ignored(tmp_path: Path) -> None:
    with data_directory(tmp_path, '{"url": "http://127.0.0.1:1"}', locked=False) as path:
        assert running_url(path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "3"])
def test_a_launcher_that_has_not_noted_its_address_yet_is_not_found(
    tmp_path: Path, text: str
) -> None:
    with data_directory(tmp_path, text, locked=True) as path:
        assert running_url(path) is None


def test_without_a_data_directory_nothing_runs(tmp_path: Path) -> None:
    assert running_url(tmp_path / "none") is None


def test_waiting_ends_when_the_service_is_ready() -> None:
    with http_peer((503, {}), (503, {}), (200, {"status": "ready"})) as peer:
        addresses = [None, peer.url, peer.url, peer.url]

        assert wait_until_ready(lambda: addresses.pop(0)) == peer.url
        assert len(peer.requests) == 3


def test_a_launcher_that_ends_is_explained_by_its_words() -> None:
    with TemporaryFile() as output:
        said = "print('Port 8004 is taken'); raise SystemExit(1)"
        process = subprocess.Popen([sys.executable, "-c", said], stdout=output)
        process.wait()

        with pytest.raises(ServiceStartError, match="Port 8004 is taken"):
            wait_until_ready(lambda: None, Launcher(process, output))


def test_a_part_that_is_not_installed_is_named() -> None:
    with pytest.raises(ServiceStartError, match=r"no_such_part\.module.*source checkout"):
        module_command("no_such_part.module")
    with pytest.raises(ServiceStartError, match=r"examples\.nothing"):
        module_command("examples.nothing")
