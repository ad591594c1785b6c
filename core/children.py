"""The programs that make up the service: how each is started, and how it is asked to end."""

import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.settings import Settings

TRAINING = ("celery", "--app", "worker.app:training", "worker", "--queues", "training")
HOUSEKEEPING = ("celery", "--app", "worker.app:housekeeping", "worker", "--queues", "housekeeping")
PREDICTIONS = (
    "celery",
    "--app",
    "worker.app:predictions",
    "worker",
    "--queues",
    "predictions",
)
BEAT = ("celery", "--app", "worker.app:beat", "beat")
FLOWER = ("celery", "--app", "worker.app:housekeeping", "flower")
API = ("gunicorn", "--config", "python:api.gunicorn_conf", "api.wsgi:app")

# Workers of one fleet need not know of each other.
ALONE = ("--without-gossip", "--without-mingle")

THREAD_LIMITS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)

# Threads that wait for each other sleep: spinning, they take the time from those they wait for as
# soon as a core is shared (a LightGBM fit on two threads took 9 s instead of 0.2 s).
WAITING = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0"}

# How long a worker that was told to end takes to hand back what did not end in its grace.
HAND_BACK_S = 10.0
# A webhook that is being told may answer late.
EVENTS_STOP = ((signal.SIGTERM, 20.0),)


@dataclass(frozen=True, slots=True)
class Child:
    """A program that runs as long as the service does, or once before it."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signals: Sequence[tuple[int, float]] = ((signal.SIGTERM, 10.0),)
    # What it gets when the launcher is killed. The servers end at that moment, too, and without a
    # broker Celery can wait for ever to end in order.
    death_signal: int = signal.SIGKILL
    # Whether it is started when the service is ready, so as not to hold that up.
    may_wait: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What runs once and in turn, and then what runs for good and stops all at once."""

    first: tuple[Child, ...]
    then: tuple[Child, ...]


def service_plan(settings: Settings, *, with_flower: bool = False) -> Plan:
    """The whole service."""
    housekeeping = _module(
        *HOUSEKEEPING, "--pool=solo", "--concurrency=1", "--hostname=housekeeping@%h", *ALONE
    )
    flower = Child("flower", _module(*FLOWER, "--address=127.0.0.1"), may_wait=True)
    beat = _module(*BEAT, "--scheduler=celery.beat:Scheduler")
    return Plan(
        first=(Child("migrate", _module("db.migrate", "upgrade")),),
        then=(
            Child("api", _module(*API), death_signal=signal.SIGTERM),  # it ends its own workers
            _training_worker(settings),
            _prediction_worker(settings),
            Child("housekeeping", housekeeping),
            Child(
                "events", _module("worker.event_consumer"), stop_signals=EVENTS_STOP, may_wait=True
            ),
            *((flower,) if with_flower else ()),
            # The schedule stays in memory: nothing in it has to outlive the process.
            Child("beat", beat, may_wait=True),
        ),
    )


def _training_worker(settings: Settings) -> Child:
    slots = f"--concurrency={settings.worker_concurrency}"
    return Child(
        "training",
        _module(*TRAINING, slots, "--hostname=training@%h", *ALONE),
        dict.fromkeys(THREAD_LIMITS, str(settings.task_threads)) | WAITING,
        stop_signals=(
            (signal.SIGTERM, settings.worker_grace_seconds + HAND_BACK_S),
            (signal.SIGQUIT, 5.0),
        ),
    )


def _prediction_worker(settings: Settings) -> Child:
    slots = f"--concurrency={settings.prediction_concurrency}"
    return Child(
        "predictions",
        _module(*PREDICTIONS, slots, "--hostname=predictions@%h", *ALONE),
        dict.fromkeys(THREAD_LIMITS, "1") | WAITING,
        may_wait=True,
    )


def _module(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", *arguments)
