"""What the housekeeping worker runs, one at a time; it loads no machine learning."""

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from celery import signals
from kombu.exceptions import OperationalError

from celeryconfig import (
    APPLY_RETENTION,
    COLLECT_GARBAGE,
    DISPATCH,
    REFRESH_CATALOGUE,
    SCORE_FORECASTS,
    SWEEP,
    TICK_SCHEDULES,
)
from worker.app import housekeeping
from worker.broker import declare_dead_letters
from worker.context import Context
from worker.database import UNAVAILABLE
from worker.dispatcher import dispatch_if_possible
from worker.housekeeping import collect_garbage, sweep
from worker.live_scoring import score_forecasts
from worker.process import process_context
from worker.retention import apply_retention
from worker.schedules import tick_schedules
from worker.sources.catalogue import refresh_catalogues

log = structlog.get_logger(__name__)

Result = TypeVar("Result")


def _unless_database_away(step: Callable[[Context], Result]) -> Result | None:
    try:
        return step(process_context())
    except UNAVAILABLE:
        log.warning("database away, left to the next round", exc_info=True)
        return None


def run_dispatch() -> None:
    dispatch_if_possible(process_context())


def run_sweep() -> None:
    _unless_database_away(sweep)


def run_collect_garbage() -> None:
    _unless_database_away(collect_garbage)


def run_apply_retention() -> None:
    """What is left waits in the queue, behind what keeps the jobs going."""
    if not _unless_database_away(apply_retention):
        return
    try:
        housekeeping.send_task(APPLY_RETENTION)
    except OperationalError as error:
        log.warning("the rest of the old models is left to the next round", error=str(error))


def run_refresh_catalogue() -> None:
    _unless_database_away(refresh_catalogues)


def run_tick_schedules() -> None:
    _unless_database_away(tick_schedules)


def run_score_forecasts() -> None:
    _unless_database_away(score_forecasts)


def _prepare_broker(**_: Any) -> None:
    declare_dead_letters(housekeeping)


signals.worker_ready.connect(_prepare_broker, weak=False)
housekeeping.task(name=DISPATCH)(run_dispatch)
housekeeping.task(name=SWEEP)(run_sweep)
housekeeping.task(name=COLLECT_GARBAGE)(run_collect_garbage)
housekeeping.task(name=APPLY_RETENTION)(run_apply_retention)
housekeeping.task(name=REFRESH_CATALOGUE)(run_refresh_catalogue)
housekeeping.task(name=TICK_SCHEDULES)(run_tick_schedules)
housekeeping.task(name=SCORE_FORECASTS)(run_score_forecasts)
