"""Scores of this engine and of its peers: the same split, seconds and cores, one after the other.

`python -m benchmarks.tabular [--seconds 60] [--threads 2] [--sets iris …] [--data DIR]`

The peers are installed into an environment of their own, kept under `.venv/peers-tabular`. Log loss
or RMSE on the test rows, lower is better; mean rank and median ratio are over the sets that every
system learned.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, log_loss, root_mean_squared_error

from benchmarks.tabular import systems
from benchmarks.tabular.sets import Problem, problems

ROOT = Path(__file__).parents[2]
PEERS = ROOT / ".venv" / "peers-tabular"
REQUIREMENTS = Path(__file__).parent / "peers.txt"
OURS = "model_studio"
GRACE_S = 600.0


@dataclass(frozen=True, slots=True)
class Score:
    """One system on one set; `loss` is log loss or RMSE, `second` accuracy or R²."""

    system: str
    problem: str
    loss: float
    second: float
    fit_seconds: float
    one_row_ms: float
    peak_mb: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sets", nargs="+", help="by default all")
    parser.add_argument("--systems", nargs="+", choices=list(systems.SYSTEMS))
    parser.add_argument("--data", type=Path, help="further sets: <target>.<c|r>.<name>.parquet")
    asked = parser.parse_args()
    chosen = asked.systems or list(systems.SYSTEMS)
    python = _environment() if set(chosen) != {OURS} else Path(sys.executable)
    scores: list[Score] = []
    for problem in problems(asked.sets, asked.data):
        rows, columns = problem.frame.shape
        print(f"\n{problem.name}: {problem.ml_task}, {rows:,} rows, {columns} columns", flush=True)
        for system in chosen:
            program = Path(sys.executable) if system == OURS else python
            score = _measure(program, system, problem, asked.seconds, asked.threads, asked.seed)
            scores += [score] if score else []
    _print_ranks(scores, chosen)


def _environment() -> Path:
    """The interpreter of the peers."""
    python = PEERS / "bin" / "python"
    uv = [sys.executable, "-m", "uv"]
    if not python.exists():
        subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, PEERS], check=True)
    install = [*uv, "pip", "install", "--quiet", "--python", python, "-r", REQUIREMENTS]
    subprocess.run(install, check=True)
    return python


def _measure(
    python: Path, system: str, problem: Problem, seconds: float, threads: int, seed: int
) -> Score | None:
    train, test = problem.split()
    actual = test.pop(problem.target)
    is_classes = problem.ml_task == "classification"
    classes = sorted(train[problem.target].unique().tolist()) if is_classes else []
    order = {
        "ml_task": problem.ml_task,
        "target": problem.target,
        "classes": classes,
        "seconds": seconds,
        "threads": threads,
        "seed": seed,
    }
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        train.to_parquet(directory / "train.parquet")
        test.to_parquet(directory / "test.parquet")
        (directory / "order.json").write_text(json.dumps(order))
        failure = _run(python, system, directory, seconds, threads)
        if failure is not None:
            print(f"  {system:<14} failed: {failure}", flush=True)
            return None
        answer = json.loads((directory / "answer.json").read_text())
    loss, second = _judge(actual, np.array(answer["predicted"]), classes)
    score = Score(
        system,
        problem.name,
        loss,
        second,
        answer["fit_seconds"],
        answer["one_row_ms"],
        answer["peak_mb"],
    )
    _print(score, is_classes=is_classes)
    return score


def _run(python: Path, system: str, directory: Path, seconds: float, threads: int) -> str | None:
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": str(threads),
        "OMP_WAIT_POLICY": "passive",  # or threads of a busy machine spin for each other
        "PYTHONWARNINGS": "ignore",
    }
    if system == OURS:
        environment["PYTHONPATH"] = str(ROOT)
    try:
        subprocess.run(
            [python, systems.__file__, system, directory],
            env=environment,
            cwd=directory,
            capture_output=True,
            check=True,
            timeout=seconds + GRACE_S,
        )
    except subprocess.CalledProcessError as error:
        return (error.stderr.decode().strip().splitlines() or ["no message"])[-1]
    except subprocess.TimeoutExpired:
        return f"not ready {GRACE_S:.0f} s after its time"
    return None


def _judge(
    actual: pd.Series, predicted: np.ndarray, classes: Sequence[object]
) -> tuple[float, float]:
    if not classes:
        amounts = actual.to_numpy(dtype=float)
        spread = float(((amounts - amounts.mean()) ** 2).mean())
        rmse = float(root_mean_squared_error(amounts, predicted))
        return rmse, 1 - rmse**2 / spread
    shares = predicted / predicted.sum(axis=1, keepdims=True)
    labels = np.array(classes, dtype=object)
    codes = actual.map({label: code for code, label in enumerate(classes)}).to_numpy()
    loss = float(log_loss(codes, shares, labels=range(len(labels))))
    return loss, float(accuracy_score(codes, shares.argmax(axis=1)))


def _print(score: Score, *, is_classes: bool) -> None:
    loss, second = ("log loss", "accuracy") if is_classes else ("RMSE", "R²")
    print(
        f"  {score.system:<14}{loss} {score.loss:>11.4f}   {second} {score.second:.4f}   "
        f"fit {score.fit_seconds:>6.1f} s   one row {score.one_row_ms:>7.1f} ms   "
        f"peak {score.peak_mb:>6,.0f} MB",
        flush=True,
    )


def _print_ranks(scores: Sequence[Score], chosen: Sequence[str]) -> None:
    losses = pd.DataFrame([(s.problem, s.system, s.loss) for s in scores])
    if losses.empty or len(chosen) < 2:
        return
    table = losses.pivot(index=0, columns=1, values=2).dropna()
    ranks = table.rank(axis=1).mean().sort_values()
    # The median: where the best loss is nearly zero, one ratio would drown all the others in a mean
    ratios = table.div(table.min(axis=1), axis=0).median()
    print(f"\nOver {len(table)} sets{'mean rank':>17}   median loss over the best one's")
    for system, rank in ranks.items():
        print(f"  {system:<14} {rank:>15.2f}   {ratios[system]:>10.3f}")


if __name__ == "__main__":
    main()
