"""Who makes a call that may wait for a disk."""

from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Aside(Protocol):
    def __call__(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call it while other requests go on, and return what it returns."""


def here(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """For a server that has a thread for each request."""
    return work(*args, **kwargs)
