"""The memory of processes over time."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil

MEGABYTE = 10**6
EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class MemoryCurve:
    """The largest process of each moment, in bytes that only it uses."""

    samples: list[float] = field(default_factory=list)

    @property
    def peak_mb(self) -> float:
        return max(self.samples, default=0.0) / MEGABYTE

    @property
    def growth(self) -> float:
        """The last quarter's mean over that of the second quarter, when caches are full."""
        quarter = len(self.samples) // 4
        if not quarter:
            return 1.0
        return _mean(self.samples[-quarter:]) / _mean(self.samples[quarter : 2 * quarter])


Find = Callable[[], Sequence[psutil.Process]]


@contextmanager
def watched_memory(find: Find) -> Iterator[MemoryCurve]:
    """Looks at the processes that ``find`` names, every second until the block ends."""
    curve, ended = MemoryCurve(), threading.Event()
    watcher = threading.Thread(target=_watch, args=(find, curve, ended))
    watcher.start()
    try:
        yield curve
    finally:
        ended.set()
        watcher.join()


def training_children() -> list[psutil.Process]:
    """The processes of a service below this one in which trainings run."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            parent = process.parent()
            if parent and _is_training(process) and _is_training(parent):
                found.append(process)
    return found


def _is_training(process: psutil.Process) -> bool:
    return "worker.app:training" in process.cmdline()


def _watch(find: Find, curve: MemoryCurve, ended: threading.Event) -> None:
    while not ended.wait(EVERY_S):
        sizes = []
        for process in find():
            with suppress(psutil.NoSuchProcess):
                sizes.append(float(process.memory_full_info().uss))
        if sizes:
            curve.samples.append(max(sizes))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
