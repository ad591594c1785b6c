"""JSON log lines on standard error, with the ids of what is being worked on.

A module writes `log = structlog.get_logger(__name__)` and `log.info("task claimed", attempt=1)`: a
fixed message, variables as fields. Lines of libraries (stdlib `logging`) come out in the same form.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO
from uuid import UUID

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_NOISY_LIBRARIES = ("botocore", "s3fs", "fsspec", "urllib3", "asyncio", "prophet", "cmdstanpy")


def configure_logs(service: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Make every log line of this process JSON, marked with the name of the service."""

    def add_service(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {"service": service, **event}

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        add_service,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(default=str),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _NOISY_LIBRARIES:
        logging.getLogger(name).setLevel(max(logging.getLevelName(level), logging.WARNING))


@contextmanager
def bind(**ids: UUID | str | None) -> Iterator[None]:
    """Put ids (request_id, tenant_id, job_id, task_id) on every line logged inside the block."""
    given = {name: str(value) for name, value in ids.items() if value is not None}
    with structlog.contextvars.bound_contextvars(**given):
        yield
