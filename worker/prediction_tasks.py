"""What the prediction worker runs. Its import loads the pipeline, in the parent of all children."""

from functools import cache
from typing import Any
from uuid import UUID

from celery import signals

from celeryconfig import PREDICT
from core.predictions import PredictionExchange
from core.processes import end_with_parent
from worker.app import predictions
from worker.predictions.presence import PredictionPresence
from worker.predictions.serving import PredictionServer
from worker.process import process_context

_present: list[PredictionPresence] = []


@cache
def _exchange() -> PredictionExchange:
    context = process_context()
    return PredictionExchange(
        context.stream.redis_url, timeout_s=context.settings.prediction_timeout_seconds
    )


@cache
def _server() -> PredictionServer:
    return PredictionServer(process_context(), _exchange())


def _run(prediction_id: str) -> None:
    _server().serve(UUID(prediction_id))


# Taken off the queue at once: a request that ended its process must not end the next one, too, and
# whoever asked is told after a while. Flower would only be flooded.
predictions.task(name=PREDICT, acks_late=False, send_events=False)(_run)


def _enter(**_: Any) -> None:
    end_with_parent()
    presence = PredictionPresence(_exchange())
    presence.start()
    _present.append(presence)


def _leave(**_: Any) -> None:
    while _present:
        _present.pop().leave()


signals.worker_process_init.connect(_enter, weak=False)
signals.worker_process_shutdown.connect(_leave, weak=False)
