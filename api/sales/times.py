"""Times of the day: those of hours are kept, those of single receipts are not."""

from collections.abc import Sequence
from datetime import datetime, time


class Times:
    """Tells by the first rows of a file whether they are receipts, sold at any minute.

    No series has such steps: what receipts tell is added up day by day.
    """

    def __init__(self) -> None:
        self._are_of_receipts: bool | None = None

    def periods(self, moments: Sequence[datetime | None]) -> list[datetime | None]:
        """The beginning of the hour or day that each of them is in."""
        known = [one for one in moments if one is not None]
        if self._are_of_receipts is None and known:
            self._are_of_receipts = len({(one.minute, one.second) for one in known}) > 1
        if not self._are_of_receipts:
            return list(moments)
        return [one and datetime.combine(one, time.min) for one in moments]

    def told(self) -> str | None:
        if not self._are_of_receipts:
            return None
        return (
            "The rows have times within the hour, as receipts have: what they sold was added up day"
            " by day. For a forecast of hours, write whole ones, such as 14:00"
        )
