"""How much memory a chore may take: a few kilobytes of a workbook can ask for hundreds of
gigabytes.
"""

import resource
import signal
from pathlib import Path

MOST_MB = 2048

ABORTED = -signal.SIGABRT
"""How a process ends whose library gets no memory and cannot go on (those in Rust do so)."""

TOO_MUCH = (
    f"The file takes more than the {MOST_MB} MB of memory that an import has; send it in parts, as"
    " CSV or as Parquet"
)


def limit_memory() -> None:
    """Of this process, to `MOST_MB` beyond what it has by now; without effect but on Linux."""
    has = Path("/proc/self/statm")
    if not has.exists():
        return
    pages = int(has.read_text().split()[5])
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = pages * resource.getpagesize() + MOST_MB * 2**20
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
