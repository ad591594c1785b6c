"""The CPU time of each program of a service that runs below this process."""

from collections import defaultdict
from contextlib import suppress

import psutil

OTHER = "launcher"

_MARKS = {
    "worker.app:training": "training",
    "worker.app:predictions": "predictions",
    "worker.app:beat": "beat",
    "worker.app:housekeeping": "housekeeping",
    "worker.event_consumer": "events",
    "api.wsgi:app": "API",
}
"""An argument that tells a program."""

_SERVERS = ("postgres", "valkey")


def cpu_seconds_by_program() -> dict[str, float]:
    """What each has used so far, with the processes that it started, ended ones included.

    The processes that Celery and gunicorn fork do the work; what forked them counts as `NAME, main
    process`.
    """
    spent: defaultdict[str, float] = defaultdict(float)
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            used = process.cpu_times()
            spent[_name(process)] += sum(used[:4])
    return dict(spent)


def _name(process: psutil.Process) -> str:
    program = _program(process.cmdline())
    parent = process.parent()
    forks = program in {"training", "predictions", "API"}
    is_main = forks and (parent is None or _program(parent.cmdline()) != program)
    return f"{program}, main process" if is_main else program


def _program(arguments: list[str]) -> str:
    for mark, name in _MARKS.items():
        if mark in arguments:
            return name
    command = arguments[0] if arguments else ""
    return next((name for name in _SERVERS if name in command), OTHER)
