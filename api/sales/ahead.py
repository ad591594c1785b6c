"""Sales of days that are still to come: their dates are wrong, such as months read for days."""

from collections.abc import Sequence
from datetime import datetime

from api.sales.tables import counted


class Ahead:
    """Counts rows with a quantity from a day of tomorrow's on, and knows the newest of them."""

    def __init__(self, tomorrow: datetime) -> None:
        self._tomorrow = tomorrow
        self._rows = 0
        self._newest = tomorrow

    def note(self, moments: Sequence[datetime | None], quantities: Sequence[float | None]) -> None:
        ahead = [
            moment
            for moment, quantity in zip(moments, quantities, strict=True)
            if moment is not None and moment > self._tomorrow and quantity is not None
        ]
        if ahead:
            self._rows += len(ahead)
            self._newest = max(self._newest, *ahead)

    def told(self) -> str | None:
        if not self._rows:
            return None
        return (
            f"Days that are still to come have sales, up to {self._newest:%Y-%m-%d}; check their"
            f" dates: {counted(self._rows)}"
        )
