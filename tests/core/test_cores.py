"""Cores by affinity and by quota."""

import os
from pathlib import Path

import pytest

from core.cores import usable_cores

ALLOWED = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("quota", "cores"),
    [
        ("100000 100000", 1),
        ("50000 100000", 1),
        ("150000 100000", min(2, ALLOWED)),
        ("max 100000", ALLOWED),
        ("", ALLOWED),
    ],
)
def test_a_quota_limits_the_cores(tmp_path: Path, quota: str, cores: int) -> None:
    file = tmp_path / "cpu.max"
    file.write_text(quota)
    assert usable_cores(file) == cores


def test_without_a_quota_the_affinity_counts(tmp_path: Path) -> None:
    assert usable_cores(tmp_path / "missing") == ALLOWED
