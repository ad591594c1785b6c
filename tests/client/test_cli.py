"""The command as a program: answers on stdout, remarks on stderr, and exit codes."""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.client.peer import (
    EventPeer,
    SocketPeer,
    event_peer,
    http_peer,
    message,
    socket_peer,
    tell,
)

JOB = {"job_id": "job-1", "status": "completed", "progress_percentage": 100.0, "products_total": 1}
BUN = {"product_name": "Bun", "status": "completed", "percentage": 100.0, "metrics": {"mase": 0.7}}


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def studio(data_dir: Path):
    def run(*arguments: str, url: str | None = None) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"DATA_DIR": str(data_dir), "PORT": "9"}
        if url is not None:
            environment["MODEL_STUDIO_URL"] = url
        return subprocess.run(
            [sys.executable, "-m", "client.cli", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_without_a_service_the_exit_code_is_3(studio) -> None:
    done = studio("status")

    assert done.returncode == 3
    assert "model-studio up" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("address", ["here", "ftp://here", "http://", "http://[::1", "http://a:b"])
def test_an_address_that_is_none_is_2(studio, address: str) -> None:
    done = studio("status", url=address)

    assert done.returncode == 2
    assert f"{address!r} is not the address of a service" in done.stderr


def test_wrong_usage_is_2(studio) -> None:
    assert studio("stop").returncode == 2
    assert studio("import-sales", "no-such-file.csv").returncode == 2
    assert studio("dance").returncode == 2


def test_a_refusal_is_4_and_shows_every_row(studio, tmp_path: Path) -> None:
    sales = tmp_path / "sales.csv"
    sales.write_text("date,product_id,quantity\n2026-01-01,bun,many\n")
    errors = [{"row": 1, "column": "quantity", "value": "many", "message": "not a number"}]
    problem = {"title": "Wrong rows", "detail": "1 row is wrong", "errors": errors}

    with http_peer((422, problem), (422, problem)) as peer:
        done = studio("import-sales", str(sales), url=peer.url)
        as_json = studio("import-sales", str(sales), "--json", url=peer.url)

    assert done.returncode == as_json.returncode == 4
    assert "quantity" in done.stderr
    assert "not a number" in done.stderr
    assert json.loads(as_json.stderr)["errors"] == errors


def test_sales_of_another_kind_of_file_are_refused_here(studio, tmp_path: Path) -> None:
    sales = tmp_path / "sales.numbers"
    sales.write_bytes(b"PK")

    done = studio("import-sales", str(sales))

    assert done.returncode == 4
    assert ".csv, .tsv, .txt, .parquet, .xlsx, .xlsm" in done.stderr
    assert "Save the workbook as .xlsx first" in done.stderr


def test_a_service_that_fails_is_5(studio) -> None:
    with http_peer((500, {"detail": "Broken"})) as peer:
        assert studio("models", url=peer.url).returncode == 5


def test_watching_prints_a_line_for_each_product_and_the_job(studio) -> None:
    script = [tell(message(1, product=BUN), message(2, "training_completed"))]
    peer = SocketPeer(script, status=lambda: JOB | {"products": [BUN]})

    with socket_peer(peer):
        done = studio("watch", "job-1", url=peer.url)

    assert done.returncode == 0
    assert "✓ Bun  MASE 0.70" in done.stderr
    assert "Bun" in done.stdout
    assert "completed" in done.stdout


def test_watching_for_programs_prints_the_messages(studio) -> None:
    first, last = message(1, product=BUN), message(2, "training_completed")

    with socket_peer(SocketPeer([tell(first, last)], status=lambda: JOB)) as peer:
        done = studio("watch", "job-1", "--json", url=peer.url)

    assert [json.loads(line) for line in done.stdout.splitlines()] == [first, last]
    assert done.stderr == ""


def test_watching_needs_no_websocket(studio) -> None:
    first, last = message(1, product=BUN), message(2, "training_completed")

    with event_peer(EventPeer([tell(first, last)], status=lambda: JOB)) as peer:
        done = studio("watch", "job-1", "--over", "events", "--json", url=peer.url)

    assert done.returncode == 0
    assert [json.loads(line) for line in done.stdout.splitlines()] == [first, last]


def test_a_failed_job_is_1(studio) -> None:
    failed = JOB | {"status": "failed", "error_message": "All products failed"}

    with socket_peer(SocketPeer([tell(message(1, "training_failed"))], lambda: failed)) as peer:
        done = studio("watch", "job-1", url=peer.url)

    assert done.returncode == 1
    assert "All products failed" in done.stdout


def test_training_without_watching_prints_the_accepted_job(studio) -> None:
    accepted = {"job_id": "job-1", "status": "pending", "products_total": 2}

    with http_peer((202, accepted)) as peer:
        done = studio("train", "bun", "--no-watch", "--json", url=peer.url)

    assert json.loads(done.stdout) == accepted


def test_a_table_that_cannot_be_learned_is_4_before_and_1_after_it_became_a_job(
    studio, tmp_path: Path
) -> None:
    file = tmp_path / "homes.parquet"
    file.write_bytes(b"PAR1")
    refused = {"type": "error", "message": "Training failed: not Parquet"}
    arguments = ("train-parquet", str(file), "--target", "rent")

    with socket_peer(
        SocketPeer([tell(refused), tell(refused | {"job_id": "j", "seq": 2})])
    ) as peer:
        first, second = (studio(*arguments, "--json", url=peer.url) for _ in range(2))

    assert [first.returncode, second.returncode] == [4, 1]
    for done in (first, second):
        assert json.loads(done.stdout)["type"] == "error"
        assert json.loads(done.stderr)["detail"] == "Training failed: not Parquet"


def test_the_service_of_the_data_directory_is_found(studio, data_dir: Path) -> None:
    with http_peer((200, {"items": [], "next_cursor": None})) as peer:
        data_dir.mkdir()
        (data_dir / "launcher.json").write_text(json.dumps({"url": peer.url}))
        with (data_dir / "launcher.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = studio("status", "--json")

    assert done.returncode == 0
    assert json.loads(done.stdout) == []


def test_programs_get_whole_rows(studio) -> None:
    job = JOB | {"job_id": "5efd17cb-8dba-4e8e-9aa1-0242ac120002", "job_name": "b" * 200}

    with http_peer((200, {"items": [job], "next_cursor": None})) as peer:
        row = studio("status", url=peer.url).stdout.splitlines()[1]

    assert row.split()[:2] == [job["job_id"], "b" * 200]


def test_nothing_to_list_says_how_to_begin(studio) -> None:
    nothing = {"items": [], "next_cursor": None}

    with http_peer((200, nothing), (200, nothing)) as peer:
        jobs, models = (studio(command, url=peer.url).stdout for command in ("status", "models"))

    assert jobs.startswith("There are no such jobs.")
    assert models.startswith("There are no such models.")


def test_a_reader_that_leaves_early_is_no_error(data_dir: Path) -> None:
    messages = [message(seq) for seq in range(1, 2000)]
    with socket_peer(SocketPeer([tell(*messages, message(2000, "training_completed"))])) as peer:
        watching = subprocess.Popen(
            [sys.executable, "-m", "client.cli", "watch", "job-1", "--json", "--url", peer.url],
            env=os.environ | {"DATA_DIR": str(data_dir)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert watching.stdout
        assert watching.stderr
        with watching:
            assert json.loads(watching.stdout.readline()) == messages[0]
            watching.stdout.close()
            assert watching.stderr.read() == b""


def test_names_cannot_change_the_terminal(studio) -> None:
    bun = BUN | {"product_name": "\x1b[31mBun\x1b[0m [red]fresh[/red] [/] {x}\nJob fake: done"}

    with socket_peer(
        SocketPeer(
            [tell(message(1, product=bun), message(2, "training_completed"))],
            status=lambda: JOB | {"job_name": "\x9b2J", "products": [bun]},
        )
    ) as peer:
        done = studio("watch", "job-1", url=peer.url)

    for said in (done.stdout, done.stderr):
        assert "[31mBun [0m [red]fresh[/red] [/] {x} Job fake: done" in said
        assert not {"\x1b", "\x9b"} & set(said)


def test_every_command_explains_itself(studio) -> None:
    listed = studio("--help").stdout

    for command in ("up", "demo", "migrate", "import-sales", "train", "train-parquet", "watch"):
        assert f"  {command} " in listed
    assert "..." not in listed.replace("[ARGS]...", "")
