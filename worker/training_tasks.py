"""What the training worker runs. Its import loads the pipeline, in the parent of all children."""

import gc
from contextlib import ExitStack
from typing import Any
from uuid import UUID

from celery import signals

from celeryconfig import FIT_SHARED, PREDICT_FILE, TRAIN_PRODUCT, TRAIN_TABLE
from core.processes import end_with_parent
from pipeline.forecast.spec import ForecastSpec
from worker.app import training
from worker.presence import Presence
from worker.process import process_context, process_drain
from worker.scratch import remove_abandoned
from worker.training import run_task

_present: list[Presence] = []


def _run(task_id: str) -> None:
    with ExitStack() as stack:
        for presence in _present:
            stack.enter_context(presence.at_work())
        run_task(UUID(task_id), process_context())


for _name in (TRAIN_PRODUCT, TRAIN_TABLE, FIT_SHARED, PREDICT_FILE):
    training.task(name=_name)(_run)


def _prepare(**_: Any) -> None:
    """In the parent, before its children are forked: memory that they share."""
    process_drain()
    ForecastSpec()  # looks up its country, for which the holidays of all countries are loaded
    # What is loaded stays for good: a child that looks for garbage need not go through it.
    gc.collect()
    gc.freeze()


def _drain(**_: Any) -> None:
    process_drain().begin()


def _enter(**_: Any) -> None:
    end_with_parent()
    remove_abandoned()
    presence = Presence(process_context())
    presence.start()
    _present.append(presence)


def _leave(**_: Any) -> None:
    while _present:
        _present.pop().leave()
    process_context().tracing.close()


signals.worker_init.connect(_prepare, weak=False)
signals.worker_shutting_down.connect(_drain, weak=False)
signals.worker_process_init.connect(_enter, weak=False)
signals.worker_process_shutdown.connect(_leave, weak=False)
