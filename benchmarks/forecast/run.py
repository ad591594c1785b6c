"""Runs systems on tasks, each family in its own process, and keeps what peers answer."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.forecast.panel import SERIES, TIME
from benchmarks.forecast.systems.registry import by_process, is_ours
from benchmarks.forecast.systems.task import COLUMNS, POINT, Forecast, Task, write_task

ROOT = Path(__file__).parents[2]
PEERS = ROOT / ".venv" / "peers-forecast"
REQUIREMENTS = Path(__file__).parent / "peers.txt"


@dataclass(frozen=True, slots=True)
class Answer:
    """A system's forecast of one split, and the CPU seconds that it took."""

    forecast: Forecast
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Failure:
    """A system that gave no answer at all."""

    reason: str


Answers = dict[str, list[Answer | Failure]]
"""By system, one per task."""


def peers_interpreter() -> Path:
    """The interpreter of the peers' environment, which is made or brought up to date.

    Where else pip looks for packages (`PIP_FIND_LINKS`) counts: a CPU build of torch there spares
    gigabytes.
    """
    python = PEERS / "bin" / "python"
    uv = [sys.executable, "-m", "uv"]
    places = os.environ.get("PIP_FIND_LINKS")
    environment = os.environ | ({"UV_FIND_LINKS": places} if places else {})
    if not python.exists():
        subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, str(PEERS)], check=True)
    install = [*uv, "pip", "install", "--quiet", "--python", str(python), "-r", str(REQUIREMENTS)]
    subprocess.run(install, check=True, env=environment)
    return python


def run(
    names: Sequence[str], tasks: Sequence[Task], python: Path, limit_s: float, kept: Path | None
) -> Answers:
    """What each system answers to each task; peers' answers are kept in the directory ``kept``."""
    with tempfile.TemporaryDirectory(prefix="forecast-benchmark-") as directory:
        places = [Path(directory) / f"{number:03d}" for number in range(len(tasks))]
        for place, task in zip(places, tasks, strict=True):
            place.mkdir()
            write_task(task, place)
            _use_kept(kept, task, place)
        for group in by_process(names):
            program = Path(sys.executable) if is_ours(group[0]) else python
            for systems, open_places in _open(group, places).items():
                print(f"{', '.join(systems)}: {len(open_places)} splits", flush=True)
                why = _run(program, systems, open_places, limit_s)
                _explain(systems, open_places, why)
            if kept is not None:
                for place, task in zip(places, tasks, strict=True):
                    _keep(kept, task, place)
        return {name: [_read(place, name) for place in places] for name in names}


def median_of(members: Sequence[Sequence[Answer | Failure]]) -> list[Answer | Failure]:
    """The median of those members that answered, at the cost of all of them."""
    return [_median(split) for split in zip(*members, strict=True)]


def _median(split: Sequence[Answer | Failure]) -> Answer | Failure:
    given = [one for one in split if isinstance(one, Answer)]
    if not given:
        return Failure("none of its members answered")
    stacked = pd.concat([one.forecast for one in given], ignore_index=True)
    middle = stacked.groupby([SERIES, TIME])[[POINT, *COLUMNS]].median().reset_index()
    return Answer(middle, sum(one.cpu_s for one in given))


def _open(group: Sequence[str], places: Sequence[Path]) -> Mapping[tuple[str, ...], list[Path]]:
    """Which systems still have to answer where."""
    found: dict[tuple[str, ...], list[Path]] = {}
    for place in places:
        wanted = tuple(name for name in group if not (place / f"{name}.json").exists())
        if wanted:
            found.setdefault(wanted, []).append(place)
    return found


def _run(python: Path, names: Sequence[str], places: Sequence[Path], limit_s: float) -> str:
    """Run them; how it ended, in a few words."""
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "passive",  # or threads of a busy machine spin for each other
        "HF_HUB_OFFLINE": "1",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }
    try:
        ended = subprocess.run(
            [python, "-m", "benchmarks.forecast.systems", ",".join(names), *places],
            env=environment,
            cwd=places[0],
            capture_output=True,
            check=False,
            timeout=limit_s,
        )
    except subprocess.TimeoutExpired:
        return f"not ready after {limit_s:.0f} s"
    return (ended.stderr.decode(errors="replace").strip().splitlines() or ["no message"])[-1]


def _explain(names: Sequence[str], places: Sequence[Path], why: str) -> None:
    """A process that ended early leaves a failure for each answer it owes."""
    for place in places:
        for name in names:
            target = place / f"{name}.json"
            if not target.exists():
                target.write_text(json.dumps({"failure": why}))


def _read(place: Path, name: str) -> Answer | Failure:
    outcome = json.loads((place / f"{name}.json").read_text())
    if "failure" in outcome:
        return Failure(outcome["failure"])
    return Answer(pd.read_parquet(place / f"{name}.parquet"), outcome["cpu_s"])


def _use_kept(kept: Path | None, task: Task, place: Path) -> None:
    if kept is not None and (kept / _key(task)).exists():
        shutil.copytree(kept / _key(task), place, dirs_exist_ok=True)


def _keep(kept: Path, task: Task, place: Path) -> None:
    """What answered without a failure, apart from our own engine."""
    target = kept / _key(task)
    target.mkdir(parents=True, exist_ok=True)
    for answer in place.glob("*.parquet"):
        told = answer.with_suffix(".json")
        if told.exists() and not is_ours(answer.stem):
            shutil.copy(answer, target)
            shutil.copy(told, target)


def _key(task: Task) -> str:
    """Of everything that peers are told, apart from the time that some may take."""
    told = asdict(task.terms).items()
    terms = {name: value for name, value in told if name not in ("budget", "seconds")}
    hasher = hashlib.sha256(json.dumps(terms, sort_keys=True).encode())
    for frame in (task.train, task.future):
        hasher.update(np.ascontiguousarray(pd.util.hash_pandas_object(frame).to_numpy()).tobytes())
    return hasher.hexdigest()[:20]
