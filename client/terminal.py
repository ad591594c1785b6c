"""Text for people: numbers, durations, and names that may hold anything."""

import json
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from rich.console import Console

NONE = "–"
_UNLIMITED_WIDTH = 100_000


def results() -> Console:
    """Where answers go."""
    return _console(sys.stdout)


def remarks() -> Console:
    """Where progress and errors go, so that answers can be piped."""
    return _console(sys.stderr)


def write_json(value: Any) -> None:
    """One line on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def plain(text: object) -> str:
    """Without the control characters with which a name could rewrite the terminal."""
    return "".join(one if one.isprintable() else " " for one in str(text))


def counted(count: int, noun: str) -> str:
    """3 products, 1 product."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def number(value: float | None, digits: int = 2) -> str:
    return NONE if value is None else f"{value:,.{digits}f}"


def share(value: float | None) -> str:
    """0.123 as 12.3 %."""
    return NONE if value is None else f"{value * 100:.1f} %"


def duration(seconds: float | None) -> str:
    if seconds is None:
        return NONE
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def metric(metrics: Mapping[str, Any] | None, name: str) -> float | None:
    value = (metrics or {}).get(name)
    return float(value) if isinstance(value, int | float) else None


def _console(stream: TextIO) -> Console:
    """Long lines wrap for people and stay whole for programs; brackets in names mean nothing."""
    return Console(
        file=stream,
        highlight=False,
        markup=False,
        emoji=False,
        width=None if stream.isatty() else _UNLIMITED_WIDTH,
        soft_wrap=not stream.isatty(),
    )
