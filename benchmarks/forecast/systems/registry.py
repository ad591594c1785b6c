"""Every system by name. ``ours:NAME`` is our engine held to one candidate.

Modules are imported on request, because no environment has all of their libraries.
"""

from collections.abc import Sequence
from functools import partial
from importlib import import_module

from benchmarks.forecast.systems.task import System

OURS = "ours"
FAMILIES = {
    "statistical": (
        "seasonal_naive",
        "auto_ets",
        "auto_arima",
        "auto_theta",
        "auto_ces",
        "mstl",
    ),
    "prophets": ("prophet", "prophet_defaults"),
    "boosting": ("lightgbm", "lightgbm_differences"),
    "autogluon": ("autogluon",),
}
"""Peers by module: one process each."""

PEERS = tuple(name for names in FAMILIES.values() for name in names)
MEDIAN = "median_of_four"
MEMBERS_OF_MEDIAN = ("auto_ets", "auto_arima", "auto_theta", "auto_ces")


def is_ours(name: str) -> bool:
    return name.partition(":")[0] == OURS


def system(name: str) -> System:
    """The system called ``name``: a function of its module."""
    family, _, algorithm = name.partition(":")
    module = OURS if is_ours(name) else _family(name)
    found = getattr(import_module(f"benchmarks.forecast.systems.{module}"), family)
    return partial(found, algorithm=algorithm) if algorithm else found


def by_process(names: Sequence[str]) -> list[list[str]]:
    """Which of ``names`` share a process: ours, and each family of peers."""
    groups = [[name for name in names if is_ours(name)]]
    groups += [[name for name in names if name in family] for family in FAMILIES.values()]
    return [group for group in groups if group]


def _family(name: str) -> str:
    return next(module for module, names in FAMILIES.items() if name in names)
