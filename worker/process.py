"""The context of this process, made on first use: after the fork, in a child of the pool."""

import os
import socket
from functools import cache

from celery import Celery, current_app
from kombu.exceptions import OperationalError

from celeryconfig import FIT_SHARED, PREDICT_FILE, TRAIN_PRODUCT, TRAIN_TABLE
from core.settings import Settings
from db.lifecycle.dispatch import Dispatch
from worker.broker import message_priority
from worker.context import Context, Send, create_context
from worker.drain import Drain
from worker.errors import BrokerUnavailableError

CONFIRM_TIMEOUT_S = 5.0
TASK_OF_KIND = {
    "product": TRAIN_PRODUCT,
    "table": TRAIN_TABLE,
    "shared": FIT_SHARED,
    "prediction": PREDICT_FILE,
}
_READABLE = {
    "shared": "what the products share",
    "table": "an uploaded table",
    "prediction": "the predictions of a file",
}


@cache
def process_context() -> Context:
    app = current_app._get_current_object()  # noqa: SLF001 - Celery's way to the app itself
    name = f"{app.main}@{socket.gethostname()}:{os.getpid()}"
    return create_context(
        Settings.from_environment(), worker=name, send=sender(app), drain=process_drain()
    )


@cache
def process_drain() -> Drain:
    """Shared with the children, if it was made before they were forked."""
    return Drain(Settings.from_environment().worker_grace_seconds)


def readable(task: Dispatch) -> str:
    """What Flower and Celery's logs show of a task instead of its id."""
    if task.kind == "product":
        return task.product_name or "a product"
    return _READABLE[task.kind]


def sender(app: Celery) -> Send:
    """Sends tasks by name; one id is the row, the Celery task and the field in the log."""

    def send(task: Dispatch) -> None:
        try:
            app.send_task(
                TASK_OF_KIND[task.kind],
                args=[str(task.task_id)],
                task_id=str(task.task_id),
                argsrepr=readable(task),
                kwargsrepr=f"job {task.job_id}",
                priority=message_priority(task.priority, app.conf.broker_url),
                confirm_timeout=CONFIRM_TIMEOUT_S,
            )
        except (OperationalError, OSError) as error:
            raise BrokerUnavailableError(f"The message broker took no task: {error}") from error

    return send
