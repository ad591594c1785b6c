"""A worker that is told to end: until when its children may go on with what they hold."""

import mmap
import struct
import time

_MOMENT = struct.Struct("d")


class Drain:
    """One moment, kept in memory that the children of this process share.

    Made before they are forked. The parent writes it in a signal handler; the children look at it
    as often as they like. All of them read the same clock.
    """

    def __init__(self, grace_s: float) -> None:
        self._grace_s = grace_s
        self._shared = mmap.mmap(-1, _MOMENT.size)

    def begin(self) -> None:
        """The worker takes nothing new, and after the grace hands back what it holds."""
        if not self.is_on:
            _MOMENT.pack_into(self._shared, 0, time.monotonic() + self._grace_s)

    @property
    def is_on(self) -> bool:
        return self._ends_at() > 0

    @property
    def is_over(self) -> bool:
        """Whether what has not ended by now is to be handed back."""
        return 0 < self._ends_at() <= time.monotonic()

    def _ends_at(self) -> float:
        (moment,) = _MOMENT.unpack_from(self._shared)
        return float(moment)
