"""What a killed run of the tests leaves is removed by the next."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.fixtures.temporary import PREFIX, remove_abandoned


def test_only_directories_of_dead_processes_are_abandoned(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as terminated:
        terminated.send_signal(signal.SIGTERM)
    dead = tmp_path / f"{PREFIX}{terminated.pid}-x"
    living = tmp_path / f"{PREFIX}{os.getpid()}-x"
    other = tmp_path / "something-else"
    for directory in (dead, living, other):
        (directory / "server").mkdir(parents=True)

    remove_abandoned(tmp_path)

    assert not dead.exists()
    assert (living / "server").exists()
    assert (other / "server").exists()


def test_the_directory_of_this_run_names_its_process(temporary_directory: Path) -> None:
    assert temporary_directory.name.startswith(f"{PREFIX}{os.getpid()}-")
