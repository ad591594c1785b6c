"""The prophet package, imported only where it is asked for: that takes seconds."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def library_logs(*names: str, level: int = logging.ERROR) -> Iterator[None]:
    """Set the level of some logs for a while.

    Prophet and CmdStanPy log every fit, and use what pandas is about to drop; neither is ours to
    correct, and both set their own log levels, so the wanted one is set around each use.
    """
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(level)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=DeprecationWarning, module="prophet")
            yield
    finally:
        for logger, old in zip(loggers, before, strict=True):
            logger.setLevel(old)


def new_prophet(**settings: Any) -> Any:
    """A ``prophet.Prophet`` that is not fitted."""
    # Prophet reports when it is imported that plotly is not installed; the first use of
    # CmdStanPy's log sets its level.
    with library_logs("prophet.plot", "cmdstanpy", level=logging.CRITICAL):
        from cmdstanpy.utils import get_logger  # noqa: PLC0415 - comes with the prophet package
        from prophet import Prophet  # noqa: PLC0415 - takes seconds, and few ask for it

        get_logger()
        return Prophet(**settings)
