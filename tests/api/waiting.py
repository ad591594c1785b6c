"""Waiting for something that another process will do."""

import threading
import time
from collections.abc import Callable


def wait_until(is_so: Callable[[], bool], within_s: float) -> None:
    """Ask again and again until it is so; fails when it takes too long."""
    pause = threading.Event()
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, f"not so within {within_s} s"
        pause.wait(0.1)
