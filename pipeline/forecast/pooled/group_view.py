"""What features tell of a group of products."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar
from pipeline.forecast.pooled.group import Group, rows_after
from pipeline.forecast.pooled.occasions import REMEMBERED, Days, effects_by_occasion, occasions
from pipeline.forecast.pooled.pace import pace_of
from pipeline.forecast.pooled.past import Columns, Past
from pipeline.forecast.pooled.running import Rows, ratio
from pipeline.forecast.recent import Recent

ANSWERS_KEPT = 64
"""Of a view: windows of products of several lengths; of a month of days each takes 4 kB."""
VIEWS_KEPT = 12
"""A shop and its categories; one of hourly rows takes about 4 MB."""


class GroupView:
    """How a group sells, prepared once for all of its products.

    Its index may reach beyond the origins that are asked for: no feature looks there. What was
    asked lately is kept: the products of a shop are tested on the same days.
    """

    def __init__(self, group: Group, holidays: HolidayCalendar) -> None:
        self._group = group
        self._past = Past(group.index, group.index, pace_of(group.frequency))
        stamps = group.stamps(len(group.index))
        kinds = occasions(stamps, group.frequency, holidays)
        self._effects = effects_by_occasion(kinds, self._past.over_usual)
        self._told = Recent(ANSWERS_KEPT)

    def row_of(self, stamp: np.datetime64) -> int:
        """Where a time stamp lies in the index."""
        return rows_after(self._group.start, stamp, self._group.frequency)

    def columns(self, origins: Rows, targets: Rows, kinds: Mapping[str, Rows]) -> Columns:
        """The features of rows of the index, of which the kinds of the days are given."""
        asked = b"".join(each.tobytes() for each in (origins, targets, *kinds.values()))
        return self._told.remembered(asked, dict, lambda: self._tell(origins, targets, kinds))

    def _tell(self, origins: Rows, targets: Rows, kinds: Mapping[str, Rows]) -> Columns:
        scale = self._past.scale(origins)
        levels = self._past.levels(origins, scale)
        effects = {
            f"{name}_effect": self._effects[name].last(of_days, origins, REMEMBERED[name])
            for name, of_days in kinds.items()
        }
        return {
            "level_short": levels["level_short"],
            "level_middle": levels["level_middle"],
            "usual": ratio(self._past.usual(origins, targets), scale),
            **self._past.last_year(origins, targets, scale),
            **effects,
        }


def kept_view(group: Group, holidays: HolidayCalendar) -> GroupView:
    """The same view for all products of a shop, and all windows of their tests."""
    events = tuple((name, _packed(days)) for name, days in holidays.events.items())
    return _kept(group, _packed(holidays.dates), holidays.names, events)


@lru_cache(maxsize=VIEWS_KEPT)
def _kept(
    group: Group, dates: bytes, names: tuple[str, ...], events: tuple[tuple[str, bytes], ...]
) -> GroupView:
    days = {name: _unpacked(each) for name, each in events}
    return GroupView(group, HolidayCalendar(_unpacked(dates), names, days))


def _packed(days: Days) -> bytes:
    return days.astype("datetime64[D]").astype(np.int64).tobytes()


def _unpacked(days: bytes) -> Days:
    return np.frombuffer(days, dtype=np.int64).astype("datetime64[D]")
