"""A real launcher over real servers and small children: kills, stops, restarts and refusals."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from redis import Redis

from core.embedded import free_port
from tests.fixtures.waiting import eventually

ROOT = Path(__file__).parents[2]


class Launched:
    """A launcher process and what it says."""

    def __init__(self, directory: Path, *words: str, **variables: str) -> None:
        self.directory = directory
        self.port = int(variables.get("PORT", free_port()))
        environment = {"DATA_DIR": str(directory), "PORT": str(self.port), **variables}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.core.fake_service", *words],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def said(self, text: str) -> str:
        """The next line that contains a text."""
        assert self.process.stdout
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if text in line:
                return line
        raise AssertionError(f"{text!r} is not in {lines}; {self.end()}")

    def ready(self) -> "Launched":
        self.said("Model Studio is ready at ")
        return self

    def status(self) -> dict[str, Any]:
        return dict(json.loads((self.directory / "launcher.json").read_text()))

    def pids(self) -> dict[str, int]:
        return dict(self.status()["children"])

    def worker(self) -> dict[str, Any]:
        file = self.directory / "worker.json"
        return dict(json.loads(eventually(lambda: file.exists() and file.read_text())))

    def end(self, *signals: int) -> tuple[int, str]:
        """Send signals, and return the exit code and what was said on standard error."""
        for number in signals:
            self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors


Launch = Callable[..., Launched]


@pytest.fixture
def data_dir(server_directory: Path, key_prefix: str) -> Path:
    return server_directory / key_prefix


@pytest.fixture
def launch(data_dir: Path) -> Iterator[Launch]:
    with ExitStack() as stack:

        def start(*words: str, directory: Path = data_dir, **variables: str) -> Launched:
            launched = Launched(directory, *words, **variables)
            stack.callback(_finish, launched.process)
            return launched

        yield start


@pytest.fixture
def given_servers(valkey_url: str) -> dict[str, str]:
    """What a launcher needs in order to start no server: the small children use neither."""
    return {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "REDIS_URL": valkey_url}


def _finish(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        process.communicate(timeout=60)
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _all_ended(pids: list[int]) -> bool:
    return not any(map(_is_alive, pids))


def test_it_gets_ready_tells_where_and_stops_cleanly(launch: Launch, data_dir: Path) -> None:
    launched = launch().ready()
    status = launched.status()
    assert status["pid"] == launched.process.pid
    assert status["url"] == f"http://127.0.0.1:{launched.port}"
    assert status["ready"] is True
    assert list(status["children"]) == ["postgres", "valkey", "api", "worker"]
    assert (data_dir / "step").exists()
    pids = [*status["children"].values(), launched.worker()["own_child"]]
    assert all(map(_is_alive, pids))

    assert launched.end(signal.SIGTERM) == (0, "")
    assert _all_ended(pids)
    assert not (data_dir / "launcher.json").exists()


def test_what_may_wait_starts_when_the_service_is_ready(launch: Launch) -> None:
    names = list(launch("patient").ready().pids())
    assert names == ["postgres", "valkey", "api", "worker", "patient"]


def test_children_find_everything_in_their_environment(launch: Launch, data_dir: Path) -> None:
    environment = launch(MAX_ATTEMPTS="7").ready().worker()["environment"]
    assert environment["MAX_ATTEMPTS"] == "7"
    assert environment["DATA_DIR"] == str(data_dir)
    assert environment["MODEL_STORAGE_PATH"] == str(data_dir / "models")
    assert environment["BROKER_URL"] == environment["REDIS_URL"]
    assert environment["TMPDIR"] == str(data_dir / "tmp")
    assert environment["PYTHONPATH"].split(os.pathsep)[0] == str(ROOT)
    assert environment["OMP_NUM_THREADS"] == "1"
    assert environment["ARTIFACT_SIGNING_KEY"] == (data_dir / "signing-key").read_text()
    assert Redis.from_url(environment["REDIS_URL"]).ping()
    psycopg2.connect(environment["DATABASE_URL"]).close()


def test_given_servers_are_used(launch: Launch, given_servers: dict[str, str]) -> None:
    given = {**given_servers, "BROKER_URL": "amqp://127.0.0.1:1//"}
    launched = launch(**given).ready()
    environment = launched.worker()["environment"]
    assert {name: environment[name] for name in given} == given
    assert list(launched.pids()) == ["api", "worker"]


def test_what_is_killed_starts_again(launch: Launch) -> None:
    launched = launch().ready()
    before = launched.worker()
    for name, pid in launched.pids().items():
        os.kill(pid, signal.SIGKILL)
        assert "SIGKILL" in launched.said(f"{name} ended")
        assert eventually(lambda name=name, pid=pid: launched.pids().get(name, pid) != pid)
    assert eventually(lambda: not _is_alive(before["own_child"]))
    psycopg2.connect(before["environment"]["DATABASE_URL"]).close()
    assert Redis.from_url(before["environment"]["REDIS_URL"]).ping()


def test_nothing_outlives_a_killed_launcher_and_the_data_stays(launch: Launch) -> None:
    launched = launch().ready()
    worker = launched.worker()
    _execute(worker["environment"]["DATABASE_URL"], "CREATE TABLE bread (name text)")
    pids = list(launched.pids().values())
    launched.end(signal.SIGKILL)
    with suppress(ProcessLookupError):
        # The child of the sham worker, unlike those of Celery, does not look after its parent.
        os.kill(worker["own_child"], signal.SIGKILL)

    # At once: some of the children may still be ending.
    (launched.directory / "worker.json").unlink()
    again = launch(PORT=str(launched.port)).ready()
    assert _all_ended(pids)
    _execute(again.worker()["environment"]["DATABASE_URL"], "INSERT INTO bread VALUES ('rye')")


def test_it_ends_with_its_parent_if_asked(data_dir: Path) -> None:
    start = (
        "import subprocess, sys;"
        "subprocess.Popen([sys.executable, '-m', 'core.launcher', '--with-parent']).wait()"
    )
    environment = {"DATA_DIR": str(data_dir), "PORT": str(free_port())}
    parent = subprocess.Popen([sys.executable, "-c", start], cwd=ROOT, env=os.environ | environment)
    status = data_dir / "launcher.json"
    noted = eventually(lambda: status.exists() and json.loads(status.read_text()))
    parent.kill()
    parent.wait()
    assert eventually(lambda: not _is_alive(noted["pid"]) and not status.exists())


def test_a_status_that_cannot_be_written_stops_nothing(
    launch: Launch, data_dir: Path, given_servers: dict[str, str]
) -> None:
    launched = launch(**given_servers).ready()
    worker = launched.pids()["worker"]
    (data_dir / "launcher.json").unlink()
    (data_dir / "launcher.json").mkdir()  # as a full disk would refuse it
    os.kill(worker, signal.SIGKILL)
    launched.said("worker ended")
    log = data_dir / "logs" / "launcher.log"
    assert eventually(lambda: "status not written" in log.read_text())
    (data_dir / "launcher.json").rmdir()
    assert launched.end(signal.SIGTERM) == (0, "")


def test_it_starts_again_on_moved_data(launch: Launch, data_dir: Path) -> None:
    launched = launch().ready()
    _execute(launched.worker()["environment"]["DATABASE_URL"], "CREATE TABLE bread (name text)")
    key = (data_dir / "signing-key").read_text()
    assert launched.end(signal.SIGINT)[0] == 0

    deep = data_dir.with_name("-".join(["moved", "to", "a", "long", "name"] * 8)) / "below"
    deep.parent.mkdir()
    data_dir.rename(deep)
    (deep / "worker.json").unlink()
    environment = launch(directory=deep).ready().worker()["environment"]
    _execute(environment["DATABASE_URL"], "INSERT INTO bread VALUES ('rye')")
    assert environment["ARTIFACT_SIGNING_KEY"] == key


def test_a_second_launcher_is_refused(
    launch: Launch, data_dir: Path, given_servers: dict[str, str]
) -> None:
    first = launch(**given_servers).ready()
    code, errors = launch().end()
    assert code == 1
    assert f"already runs on DATA_DIR={data_dir} at {first.status()['url']}" in errors
    assert first.process.poll() is None


def test_a_taken_port_is_refused(launch: Launch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, errors = launch(PORT=str(port)).end()
    assert code == 1
    assert f"Port {port} is taken" in errors


def test_other_machines_are_kept_out_unless_allowed(
    launch: Launch, given_servers: dict[str, str]
) -> None:
    code, errors = launch(HOST="0.0.0.0").end()
    assert code == 1
    assert "HOST=0.0.0.0 would let other machines in" in errors
    allowed = launch(HOST="0.0.0.0", INSECURE="true", **given_servers).ready()
    assert allowed.end(signal.SIGTERM) == (0, "")


def test_a_directory_that_cannot_be_made_is_named(launch: Launch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, errors = launch(directory=tmp_path / "file" / "data").end()
    assert code == 1
    assert f"DATA_DIR={tmp_path}/file/data cannot be written" in errors


def test_a_first_step_that_fails_ends_everything(
    launch: Launch, data_dir: Path, given_servers: dict[str, str]
) -> None:
    code, errors = launch("failing-step", **given_servers).end()
    assert code == 1
    assert "`step` failed:\nno luck today" in errors
    assert not (data_dir / "launcher.json").exists()


def test_a_child_that_keeps_ending_is_reported_and_the_rest_serves(
    launch: Launch, given_servers: dict[str, str]
) -> None:
    launched = launch("crashing", **given_servers).ready()
    assert "exit code 1" in launched.said("crashing ended")
    launched.said("crashing keeps ending")
    launched.said("no luck today")
    assert _is_alive(launched.pids()["api"])


def test_programs_are_told_to_end_at_once_and_not_one_after_the_other(
    launch: Launch, data_dir: Path, given_servers: dict[str, str]
) -> None:
    launched = launch("left", "right", **given_servers).ready()
    for name in ("left.began", "right.began"):
        eventually((data_dir / name).exists)
    assert launched.end(signal.SIGTERM) == (0, "")
    assert (data_dir / "left.ended").exists()
    assert (data_dir / "right.ended").exists()


def test_a_second_signal_ends_a_stubborn_child_at_once(
    launch: Launch, data_dir: Path, given_servers: dict[str, str]
) -> None:
    launched = launch("stubborn", **given_servers).ready()
    eventually((data_dir / "stubborn").exists)
    stubborn = launched.pids()["stubborn"]
    launched.process.send_signal(signal.SIGINT)
    log = data_dir / "logs" / "launcher.log"
    eventually(lambda: '"stopping"' in log.read_text())
    assert launched.end(signal.SIGINT) == (0, "")
    assert not _is_alive(stubborn)


def test_files_that_hold_secrets_are_private(launch: Launch, data_dir: Path) -> None:
    launch().ready()
    assert (data_dir / "logs").stat().st_mode & 0o777 == 0o700
    files = ["signing-key", "launcher.json", "postgres/password", "valkey/valkey.conf"]
    assert {(data_dir / name).stat().st_mode & 0o777 for name in files} == {0o600}


def _execute(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
