"""Hands the id of a prediction to the prediction workers through the broker."""

from uuid import UUID

from celery import Celery
from kombu.exceptions import OperationalError

import celeryconfig
from api.errors import UnavailableError

_SEND_WITHIN_S = 2.0


class PredictionQueue:
    """Connects when the first prediction is asked for."""

    def __init__(self, broker_url: str, *, expires_s: float) -> None:
        self._expires_s = expires_s
        self._celery = Celery("model_studio.predictions", broker=broker_url, set_as_current=False)
        self._celery.config_from_object(celeryconfig)
        self._celery.conf.broker_transport_options = {
            "socket_connect_timeout": _SEND_WITHIN_S,
            "socket_timeout": _SEND_WITHIN_S,
        }

    def send(self, prediction_id: UUID) -> None:
        """Raises `UnavailableError` if the broker does not take it."""
        try:
            self._celery.send_task(
                celeryconfig.PREDICT,
                args=[str(prediction_id)],
                task_id=str(prediction_id),
                expires=self._expires_s,
                ignore_result=True,
            )
        except (OperationalError, OSError) as error:
            raise UnavailableError(
                "The message broker does not answer, so no prediction can be asked for; try again"
                " in a few seconds"
            ) from error
