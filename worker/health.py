"""Whether a Celery program of this machine is alive, for health checks; ends with 0 or 1.

`python -m worker.health worker training` asks the worker `training@<this host>` over the broker;
`beat` and `events` in its place look at when these last showed life. Loads no tasks.
"""

import argparse
import sys
from collections.abc import Sequence

from celery import Celery
from celery.utils.nodenames import gethostname, nodename
from kombu.exceptions import OperationalError

from core.errors import SettingsError
from core.settings import Settings
from worker.broker import transport_options
from worker.liveness import BEAT, INCOMING, WEBHOOKS, silent_for_s

ANSWER_WITHIN_S = 5.0
SILENT_AFTER_S = 60.0

LOOPS = {"beat": (BEAT,), "events": (INCOMING, WEBHOOKS)}
"""Of each program that cannot be asked: when beat sends, and when the loops of others go round."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m worker.health", description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    for program in LOOPS:
        kinds.add_parser(program, help=f"has {program} shown life of late?")
    worker = kinds.add_parser("worker", help="does a worker of this machine answer?")
    worker.add_argument("name", help="its name before the @")
    chosen = parser.parse_args(arguments)
    is_worker = chosen.kind == "worker"
    problem = silent_worker(chosen.name) if is_worker else silent_loops(*LOOPS[chosen.kind])
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


def silent_loops(*loops: str) -> str | None:
    """Which of the loops has not gone round for long, or None."""
    for loop in loops:
        silent_s = silent_for_s(loop)
        if silent_s is None:
            return f"{loop} has shown no sign of life yet"
        if silent_s > SILENT_AFTER_S:
            return f"{loop} has shown no sign of life for {silent_s:.0f} s"
    return None


if __name__ == "__main__":
    sys.exit(main())
