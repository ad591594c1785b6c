"""Finding and starting the services of this machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from client.errors import ServiceStartError
from client.services import module_command, running_url, wait_until_ready
from tests.client.peer import http_peer


def note(data_dir: Path, text: str) -> None:
    (data_dir / "launcher.json").write_text(text)


def ended_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_running_launcher_is_found(tmp_path: Path) -> None:
    note(tmp_path, json.dumps({"pid": os.getpid(), "url": "http://127.0.0.1:1"}))

    assert running_url(tmp_path) == "http://127.0.0.1:1"


def test_what_an_ended_launcher_left_is_ignored(tmp_path: Path) -> None:
    note(tmp_path, json.dumps({"pid": ended_pid(), "url": "http://127.0.0.1:1"}))

    assert running_url(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"pid": "x", "url": 1}'])
def test_a_note_that_says_nothing_is_ignored(tmp_path: Path, text: str) -> None:
    note(tmp_path, text)

    assert running_url(tmp_path) is None


def test_without_a_data_directory_nothing_runs(tmp_path: Path) -> None:
    assert running_url(tmp_path / "none") is None


def test_waiting_ends_when_the_service_is_ready() -> None:
    with http_peer((503, {}), (503, {}), (200, {"status": "ready"})) as peer:
        wait_until_ready(peer.url)

        assert len(peer.requests) == 3


def test_a_launcher_that_ends_is_explained_by_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("first\nPORT 8004 is taken\n")
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"])
    process.wait()

    with http_peer((503, {})) as peer, pytest.raises(ServiceStartError, match="is taken"):
        wait_until_ready(peer.url, process=process, log=log)


def test_a_part_that_is_not_installed_is_named() -> None:
    with pytest.raises(ServiceStartError, match=r"no_such_part\.module.*model-studio\[all\]"):
        module_command("no_such_part.module")
    with pytest.raises(ServiceStartError, match=r"examples\.nothing"):
        module_command("examples.nothing")
