"""The two Celery apps: `worker.app:training` does the work, `worker.app:housekeeping` keeps order.

Entry points of `celery --app`. Only the training worker loads machine learning, once, before it
forks its children. Nothing is read or connected at import: Celery asks for its configuration when
it starts.
"""

import logging
from typing import Any

from celery import Celery, current_app, signals

from core.logs import configure_logs
from core.settings import Settings
from worker.broker import transport_options

# A line for each message of each sweep; what happens to tasks is logged where it happens.
_CHATTY = ("celery.beat", "celery.worker.strategy", "celery.app.trace")


def _from_environment() -> dict[str, Any]:
    settings = Settings.from_environment()
    url = settings.broker_url or settings.redis_url
    if url is None:
        return {}
    return {"broker_url": url, "broker_transport_options": transport_options(url)}


def _create_app(name: str, tasks: str) -> Celery:
    app = Celery(name, include=[tasks])
    app.config_from_object("celeryconfig")
    app.add_defaults(_from_environment)
    return app


training = _create_app("training", "worker.training_tasks")
housekeeping = _create_app("housekeeping", "worker.housekeeping_tasks")


def _configure_logs(**_: Any) -> None:
    level = Settings.from_environment().log_level
    configure_logs(current_app.main, level)
    if level != "DEBUG":
        for name in _CHATTY:
            logging.getLogger(name).setLevel(logging.WARNING)


signals.setup_logging.connect(_configure_logs, weak=False)
