"""Under gevent one thread serves all connections, and a full disk cache would stop them all."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from gevent import get_hub

P = ParamSpec("P")
T = TypeVar("T")


def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`api.server.aside.Aside` in one of the hub's real threads."""
    result: T = get_hub().threadpool.apply(work, args, kwargs)
    return result
