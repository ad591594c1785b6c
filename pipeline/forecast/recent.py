"""What was made lately and may be asked for again, as much of it as a process has room for."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar

T = TypeVar("T")


class Recent:
    """The most recently used values whose sizes add up to at most ``most``."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._total = 0
        self._lock = Lock()
        self._values: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()

    def get(self, key: Hashable, kind: type[T]) -> T | None:
        """The value of a key, if it is still there."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            value, _ = self._values[key]
        return value if isinstance(value, kind) else None

    def put(self, key: Hashable, value: object, size: int) -> None:
        """Keep a value, and let go of the oldest ones that there is no room for.

        A value that would leave no room for another one of its size is not kept.
        """
        if 2 * size > self._most:
            return
        with self._lock:
            _, former = self._values.pop(key, (None, 0))
            self._values[key] = value, size
            self._total += size - former
            while self._total > self._most:
                _, (_, gone) = self._values.popitem(last=False)
                self._total -= gone

    def remembered(self, key: Hashable, kind: type[T], make: Callable[[], T], size: int = 1) -> T:
        """The value of a key, made now if it is not there."""
        value = self.get(key, kind)
        if value is None:
            value = make()
            self.put(key, value, size)
        return value
