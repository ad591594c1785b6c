"""Past times of which a file does not say what was sold."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from api.sales.tables import counted


class Gaps:
    """Counts rows without a quantity; those after the last one that has it are plans."""

    def __init__(self) -> None:
        self._unknown: Counter[datetime] = Counter()
        self._newest = datetime.min  # noqa: DTZ901  # a wall clock has no zone

    def note(self, moments: Sequence[datetime | None], quantities: Sequence[float | None]) -> None:
        for moment, quantity in zip(moments, quantities, strict=True):
            if moment is None:
                continue
            if quantity is None:
                self._unknown[moment] += 1
            elif moment > self._newest:
                self._newest = moment

    def told(self) -> str | None:
        rows = sum(count for moment, count in self._unknown.items() if moment <= self._newest)
        if rows == 0:
            return None
        return f"Past rows without a quantity count as not known, and not as 0: {counted(rows)}"
