"""Dates as people write them, where the texts of a column leave no doubt."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DateFormat:
    """How the texts of one column write dates: ISO 8601, or a ``strptime`` pattern."""

    patterns: tuple[str, ...] = ()

    def read(self, text: str) -> dt.datetime | None:
        """The moment, or None if the text is none."""
        try:
            return dt.datetime.fromisoformat(text)
        except ValueError:
            return None


ISO = DateFormat()
