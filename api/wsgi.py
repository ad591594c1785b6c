"""Entry point of the API: `gunicorn --config python:api.gunicorn_conf api.wsgi:app`."""

import os

from flask import Flask

from api.app import create_app
from api.chores.children import ChildChores
from api.nudge import Nudge
from api.server.gevent_aside import in_thread
from api.server.loopback import trusted_hosts
from core.progress import ProgressStream
from core.settings import Settings
from core.tracing import start_tracing
from db.engine import create_engine, create_sessions

LONGEST_PAUSE_S = 60.0
"""Of a transaction: none waits for a client, and some hold the row of a job."""


def create() -> Flask:
    """The application on the services that the environment names; nothing is connected yet."""
    settings = Settings.from_environment()
    if not (settings.database_url and settings.redis_url and settings.broker_url):
        raise SystemExit(
            "DATABASE_URL and REDIS_URL must be set; `model-studio up` sets them by itself"
        )
    return create_app(
        settings,
        sessions=create_sessions(
            create_engine(
                settings.database_url,
                pool_size=10,
                max_overflow=20,
                longest_pause_s=LONGEST_PAUSE_S,
            )
        ),
        chores=ChildChores(os.environ),
        stream=ProgressStream(settings.redis_url),
        send=Nudge(settings.broker_url),
        aside=in_thread,
        trusted_hosts=trusted_hosts(settings),
        tracing=start_tracing("api"),
    )


def __getattr__(name: str) -> Flask:
    # gunicorn asks for `app` in each worker; importing this module alone does nothing.
    if name == "app":
        return create()
    raise AttributeError(name)
