"""Whether a Celery program of this machine is alive, for health checks; ends with 0 or 1.

`python -m worker.health worker training` asks the worker `training@<this host>` over the broker;
`python -m worker.health beat` looks at when beat last sent something. Loads no tasks.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from celery import Celery
from celery.utils.nodenames import gethostname, nodename
from kombu.exceptions import OperationalError

from celeryconfig import SWEEP_EVERY_S
from core.errors import SettingsError
from core.settings import Settings
from worker.broker import transport_options

ANSWER_WITHIN_S = 5.0
BEAT_SILENT_AFTER_S = 6 * SWEEP_EVERY_S


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m worker.health", description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    kinds.add_parser("beat", help="has beat sent anything of late?")
    worker = kinds.add_parser("worker", help="does a worker of this machine answer?")
    worker.add_argument("name", help="its name before the @")
    chosen = parser.parse_args(arguments)
    problem = silent_beat() if chosen.kind == "beat" else silent_worker(chosen.name)
    if problem:
        sys.stderr.write(f"{problem}\n")
    return 1 if problem else 0


def silent_worker(name: str) -> str | None:
    """Why the worker does not count as alive, or None."""
    try:
        url = Settings.from_environment().broker_url
    except SettingsError as error:
        return str(error)
    node = nodename(name, gethostname())
    options = transport_options(url or "")
    app = Celery("health", broker=url, set_as_current=False, broker_transport_options=options)
    try:
        answers = app.control.ping(destination=[node], timeout=ANSWER_WITHIN_S)
    except (OperationalError, OSError) as error:
        return f"The message broker does not answer: {error}"
    return None if answers else f"{node} does not answer within {ANSWER_WITHIN_S:.0f} s"


def note_that_beat_sends() -> None:
    """Called in beat whenever the broker has taken a message."""
    _beat_file().touch()


def silent_beat() -> str | None:
    """Why beat does not count as alive, or None."""
    try:
        silent_s = time.time() - _beat_file().stat().st_mtime
    except FileNotFoundError:
        return "beat has sent nothing yet"
    if silent_s < BEAT_SILENT_AFTER_S:
        return None
    return f"beat has sent nothing for {silent_s:.0f} s"


def _beat_file() -> Path:
    return Path(tempfile.gettempdir()) / "model-studio-beat"


if __name__ == "__main__":
    sys.exit(main())
