import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from worker.scratch import remove_abandoned, scratch_directory


@pytest.fixture(autouse=True)
def temporary_files_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


def test_temporary_files_of_the_task_go_with_it() -> None:
    with scratch_directory() as directory:
        file = Path(tempfile.mkstemp()[1])
        assert file.parent == directory
    assert not directory.exists()


def test_child_processes_find_the_directory_too() -> None:
    command = [sys.executable, "-c", "import tempfile; print(tempfile.gettempdir())"]
    with scratch_directory() as directory:
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.strip() == str(directory)


def test_afterwards_everything_is_as_before(tmp_path: Path) -> None:
    with scratch_directory():
        pass
    assert tempfile.gettempdir() == os.environ["TMPDIR"] == str(tmp_path)


def test_it_is_removed_when_the_task_fails() -> None:
    with suppress(ZeroDivisionError), scratch_directory() as directory:
        (directory / "file").write_text("left")
        1 / 0  # noqa: B018 - what fails in a task
    assert not directory.exists()


def test_only_directories_of_dead_processes_are_abandoned(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead = tmp_path / f"model-studio-task-{ended.pid}-x"
    living = tmp_path / f"model-studio-task-{os.getpid()}-x"
    other = tmp_path / "something-else"
    for directory in (dead, living, other):
        directory.mkdir()

    remove_abandoned()

    assert not dead.exists()
    assert living.exists()
    assert other.exists()
