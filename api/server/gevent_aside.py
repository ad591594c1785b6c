"""Under gevent one thread serves all connections, and a full disk cache would stop them all."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from gevent import get_hub
from gevent.util import wrap_errors

P = ParamSpec("P")
T = TypeVar("T")


def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`api.server.aside.Aside` in one of the hub's real threads.

    An error comes back as a value, because gevent prints those that are raised there: on a full
    disk that fails, too, and ends the thread, whose caller would wait for ever.
    """
    told: T | BaseException = get_hub().threadpool.apply(
        wrap_errors((BaseException,), work), args, kwargs
    )
    if isinstance(told, BaseException):
        raise told
    return told
