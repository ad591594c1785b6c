"""Some systems of one environment, many splits: forecast them, say what it took.

`python -m benchmarks.forecast.systems SYSTEM,SYSTEM,… DIRECTORY …` reads the task of each directory
and writes `<system>.parquet` and `<system>.json` there. What is loaded and compiled once for a
process is done before, on one series, unless the system works by the clock.
"""

import json
import logging
import sys
import traceback
import warnings
from pathlib import Path

import psutil

from benchmarks.forecast.systems.registry import system
from benchmarks.forecast.systems.task import System, first_series, read_task

BY_THE_CLOCK = ("autogluon",)


def main(names: list[str], directories: list[Path]) -> None:
    warnings.simplefilter("ignore")
    for library in ("prophet", "cmdstanpy", "lightning", "autogluon"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    for name in names:
        forecast = system(name)
        if name not in BY_THE_CLOCK:
            forecast(first_series(read_task(directories[0])))
        for directory in directories:
            outcome = _forecast(forecast, directory, directory / f"{name}.parquet")
            (directory / f"{name}.json").write_text(json.dumps(outcome))


def cpu_seconds() -> float:
    """CPU time of this process and of all processes that it started."""
    used = [psutil.Process(), *psutil.Process().children(recursive=True)]
    times = [process.cpu_times() for process in used]
    return float(sum(t.user + t.system + t.children_user + t.children_system for t in times))


def _forecast(forecast: System, directory: Path, target: Path) -> dict[str, float | str]:
    task = read_task(directory)
    before = cpu_seconds()
    try:
        answer = forecast(task)
    except Exception as error:  # noqa: BLE001 - peers raise anything; the other splits go on
        traceback.print_exc()
        return {"failure": f"{type(error).__name__}: {error}"}
    cpu_s = cpu_seconds() - before
    answer.to_parquet(target)
    return {"cpu_s": cpu_s}


if __name__ == "__main__":
    main(sys.argv[1].split(","), [Path(name) for name in sys.argv[2:]])
