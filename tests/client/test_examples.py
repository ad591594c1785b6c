"""The documents' example clients, against a peer that speaks the documents' messages.

They run against the real service in `tests/e2e`.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from websockets.sync.server import ServerConnection

from tests.client.peer import SocketPeer, message, socket_peer, tell

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
STEP = {
    "type": "progress",
    "phase": "training",
    "progress": 65.5,
    "message": "Training XGBoost model (iteration 45/100)",
    "metrics": {"iteration": 45},
    "logs": ["Iteration 45: train_acc=0.89"],
}
END = {
    "type": "completed",
    "phase": "completed",
    "progress": 100.0,
    "metrics": {"test_accuracy": 0.88},
    "model_id": "model-20260130-a1b2c3d4",
}


def run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(EXAMPLES / name), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("ending", "code", "said"),
    [
        (END, 0, "Test accuracy: 0.880"),
        ({"type": "error", "message": "Training failed: no"}, 1, "Training failed: no"),
    ],
)
def test_train_from_parquet(
    tmp_path: Path, ending: dict[str, object], code: int, said: str
) -> None:
    file = tmp_path / "t.parquet"
    file.write_bytes(b"PAR1")

    def visit(connection: ServerConnection) -> None:
        connection.recv()
        tell(STEP, ending)(connection)

    with socket_peer(SocketPeer([visit])) as peer:
        done = run("s1_train_from_parquet.py", str(file), "rent", "--url", peer.url)

    assert done.returncode == code, done.stderr
    assert "Iteration 45" in done.stdout
    assert said in done.stdout


@pytest.mark.parametrize(("ending", "code"), [("training_completed", 0), ("training_failed", 1)])
def test_watch_training(ending: str, code: int) -> None:
    with socket_peer(SocketPeer([tell(message(3), message(10, ending))])) as peer:
        done = run("s2_watch_training.py", "job-1", "--url", peer.url)

    assert done.returncode == code, done.stderr
    assert "Progress: 30.0%" in done.stdout
    assert "Step: Step 3" in done.stdout
