"""Under gevent one thread serves all connections, and a full disk cache would stop them all."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from gevent import get_hub

P = ParamSpec("P")
T = TypeVar("T")


def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`api.server.aside.Aside` in one of the hub's real threads.

    An error comes back as a value, because gevent prints those that are raised there: on a full
    disk that fails, too, and ends the thread, whose caller would wait for ever.
    """

    def outcome() -> tuple[T, None] | tuple[None, BaseException]:
        try:
            return work(*args, **kwargs), None
        except BaseException as error:  # noqa: BLE001  # raised again below
            return None, error

    told: tuple[T, None] | tuple[None, BaseException] = get_hub().threadpool.apply(outcome)
    if told[1] is not None:
        raise told[1]
    return told[0]
