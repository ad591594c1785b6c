"""How gunicorn serves the API: gevent workers, each of which holds thousands of sockets.

Loads little: what is imported here is imported before gevent replaces the blocking parts of the
standard library in each worker.
"""

import logging
import threading
import time
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from api.server.file_limit import raise_file_limit
from api.server.unreadable import LONGEST_FIRST_LINE, LONGEST_HEADER, MOST_HEADERS
from api.uploads.leftovers import remove_leftovers
from core.listening import require_permission_to_listen
from core.logs import configure_logs
from core.settings import Settings

_settings = Settings.from_environment()


class JsonLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's own lines in the form of all others; requests are logged by the application."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        configure_logs("api", _settings.log_level)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.setLevel(logging.NOTSET)


bind = [
    f"[{_settings.host}]:{_settings.port}"
    if ":" in _settings.host
    else f"{_settings.host}:{_settings.port}"
]
workers = _settings.api_workers
worker_class = "api.server.worker.ProblemWorker"
worker_connections = 10_000
backlog = 2048
limit_request_line = LONGEST_FIRST_LINE
limit_request_fields = MOST_HEADERS
limit_request_field_size = LONGEST_HEADER
keepalive = 75
timeout = 60
graceful_timeout = 8
preload_app = False
accesslog = None
logger_class = JsonLogger
control_socket_disable = True
# Otherwise gunicorn believes X-Forwarded-Proto of every program on this machine; what is believed
# is decided by TRUSTED_PROXIES, in `api.security.proxies`.
secure_scheme_headers: dict[str, str] = {}
proc_name = "model-studio-api"


def on_starting(server: Any) -> None:  # noqa: ARG001  # gunicorn counts the arguments
    """Refuse to be reached by others while callers are not recognised; then make room."""
    require_permission_to_listen(_settings)
    raise_file_limit(worker_connections)
    remove_leftovers(Path(_settings.data_dir))


def post_worker_init(worker: Any) -> None:
    """After the fork: let psycopg2 yield, and send watchers away when the worker is to end."""
    from api.server.gevent_postgres import let_psycopg2_yield  # noqa: PLC0415  # after gevent has patched

    let_psycopg2_yield()
    threading.Thread(target=_close_sockets_at_end, args=(worker,), daemon=True).start()


def _close_sockets_at_end(worker: Any) -> None:
    while worker.alive:
        time.sleep(0.2)
    services = worker.wsgi.extensions["model_studio"]
    services.relay.close()
    services.telemetry.close()
    services.tracing.close()
