"""How a benchmark prints what it measured."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    value: float
    unit: str


def print_lines(title: str, lines: Sequence[Line]) -> None:
    cores = len(os.sched_getaffinity(0))
    print(f"{title} ({cores} cores, Python {platform.python_version()})")
    for line in lines:
        print(f"  {line.name:<28}{line.value:>12,.2f} {line.unit}")
