"""How the messages of a job come in: every way of watching is a line of this kind."""

from collections.abc import Callable, Generator

Line = Callable[[str, int], Generator[str | bytes, None, None]]
"""The messages of a job behind a number, in JSON, until the other side has no more for now.

Raises `LineLostError`, or the refusal of the service where another try would change nothing.
"""


class LineLostError(Exception):
    """The connection could not be made or has broken; the next one may hold."""
