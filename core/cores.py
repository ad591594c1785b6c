"""How many CPU cores this process may use."""

import math
import os
from pathlib import Path

CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def usable_cores(quota_file: Path = CGROUP_QUOTA) -> int:
    """Cores by affinity, and by the container's CPU quota where there is one; at least 1."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(allowed or 1, _quota(quota_file)))


def _quota(quota_file: Path) -> int:
    try:
        quota, period = quota_file.read_text().split()
        return math.ceil(int(quota) / int(period))
    except (OSError, ValueError):  # no such file outside cgroup v2; "max" where there is no limit
        return os.cpu_count() or 1
