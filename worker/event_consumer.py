"""The events process: takes in what other systems announce, and tells webhooks what happened here.

`python -m worker.event_consumer`; several may run, on any machines. It ends on SIGTERM, when what
is under way has ended.
"""

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

import structlog

from core.errors import SettingsError
from core.logs import configure_logs
from core.settings import Settings
from worker.app import housekeeping
from worker.context import Context, create_context
from worker.drain import Drain
from worker.incoming.consumer import Consumer
from worker.process import sender
from worker.webhooks.sender import Sender

log = structlog.get_logger(__name__)

Work = Callable[[threading.Event], None]


def main() -> int:
    """The command; returns its exit code."""
    try:
        settings = Settings.from_environment()
        context = _context(settings)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    configure_logs("events", settings.log_level)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # addresses of webhooks can hold secrets
    return run(context, _stop_on_signals())


def run(context: Context, stop: threading.Event) -> int:
    """Both halves until told to stop; one that meets a defect ends the process, with code 1."""
    broken = threading.Event()

    def guarded(work: Work) -> None:
        try:
            work(stop)
        except (
            Exception
        ):  # a thread has nobody to raise to; whoever watches the process restarts it
            log.exception("events process ends")
            broken.set()
        finally:
            stop.set()

    halves = (Consumer(context).run, Sender(context).run)
    threads = [threading.Thread(target=guarded, args=(half,)) for half in halves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return int(broken.is_set())


def _context(settings: Settings) -> Context:
    name = f"events@{socket.gethostname()}:{os.getpid()}"
    drain = Drain(settings.worker_grace_seconds)
    return create_context(settings, worker=name, send=sender(housekeeping), drain=drain)


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - Python's
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    return stop


if __name__ == "__main__":
    sys.exit(main())
