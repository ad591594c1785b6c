"""How a computation tells its caller how far it is, and how the caller makes it stop."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of one task, as a watcher sees it.

    ``percentage`` is of this task (0 to 100) and never falls; ``phase`` is one of the names that
    the task documents; ``metrics`` and ``logs`` are what is new since the last step.
    """

    phase: str
    percentage: float
    message: str
    metrics: Mapping[str, float | int | str | None] = field(default_factory=dict)
    logs: tuple[str, ...] = ()


ProgressCallback = Callable[[Progress], None]
"""Called between units of work. Whatever it raises unwinds the computation: that is how a caller
cancels it or ends it at a deadline, so nothing in the pipeline may swallow it."""


def ignore_progress(progress: Progress) -> None:
    """The callback of a caller who does not watch."""
