"""The Celery apps: `worker.app:training` does the work, `worker.app:predictions` answers what
callers wait for, `worker.app:housekeeping` keeps order, `worker.app:beat` is its clock.

Entry points of `celery --app`. Training and predictions load machine learning, once, before they
fork their children. Nothing is read or connected at import: Celery asks for its configuration when
it starts.
"""

import logging
from typing import Any

from celery import Celery, current_app, signals

from celeryconfig import SPARE_PER_SLOT
from core.logs import configure_logs
from core.settings import Settings
from worker.broker import transport_options
from worker.liveness import BEAT, show_life

# A line for each message of each sweep; what happens to tasks is logged where it happens.
_CHATTY = ("celery.beat", "celery.worker.strategy", "celery.app.trace")


def _from_environment() -> dict[str, Any]:
    settings = Settings.from_environment()
    url = settings.broker_url or settings.redis_url
    if url is None:
        return {}
    return {"broker_url": url, "broker_transport_options": transport_options(url)}


def _create_app(name: str, *tasks: str, **changes: Any) -> Celery:
    app = Celery(name, include=tasks, changes=changes)
    app.config_from_object("celeryconfig")
    app.add_defaults(_from_environment)
    return app


training = _create_app(
    "training", "worker.training_tasks", worker_prefetch_multiplier=1 + SPARE_PER_SLOT
)
# A fresh child would have to load every model again.
predictions = _create_app(
    "predictions", "worker.prediction_tasks", worker_max_tasks_per_child=1_000_000
)
housekeeping = _create_app("housekeeping", "worker.housekeeping_tasks")
# Sends names, and so loads no task. The last, and so the current one where it runs, which does not
# say whose it is: its log names it.
beat = _create_app("beat")


def _configure_logs(**_: Any) -> None:
    level = Settings.from_environment().log_level
    configure_logs(current_app.main, level)
    if level != "DEBUG":
        for name in _CHATTY:
            logging.getLogger(name).setLevel(logging.WARNING)


def _show_that_beat_sends(**_: Any) -> None:
    signals.after_task_publish.connect(lambda **_: show_life(BEAT), weak=False)


signals.setup_logging.connect(_configure_logs, weak=False)
signals.beat_init.connect(_show_that_beat_sends, weak=False)
