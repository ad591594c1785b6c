"""Which effects of the calendar a product has: those that tell months they were not learned from.

Logarithms of what was sold, and all columns, are compared with their surroundings, the mean of the
same weekday in the weeks around, so that trends and seasons of any form drop out. What a group of
columns does is a ridge regression between the two, beside the covariates. Each month of the year
(all Decembers, say) is told by the others: or else what happens before every Christmas would pass
for what the end of any month does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.forecast.calendar.calendar_effects import (
    TIME_OF_MONTH,
    WAVES,
    CalendarEffects,
    by_weekday,
    month_waves,
)
from pipeline.forecast.calendar.holiday_calendar import HolidayCalendar
from pipeline.forecast.history.prepared import History
from pipeline.forecast.positive import solved
from pipeline.forecast.statistical.effect_sizes import BEYOND_CHANCE, around

Array = NDArray[np.float64]
Places = NDArray[np.int64]

LEAST_ROWS: Final = 240
"""Of days that sold something, away from holidays: eight months."""
LEAST_SHARE_SOLD: Final = 0.7
"""Of the days: of products that sell more rarely there are too few logarithms to compare."""
DAYS_BEFORE_HOLIDAY, DAYS_AFTER_HOLIDAY = 2, 1
"""Then, holidays do more than the time of the month."""
LEAST_GAIN: Final = 0.02
"""Of the squared error of months left out: less would bring forecasts 1 % nearer at best."""
LARGEST_WAVE: Final = 0.1
"""What the longest wave of a month is expected to do, as a standard deviation; shorter ones do as
much less as they are shorter."""
PECULIAR: Final = 0.15
"""The same of what a flag does on one weekday beside its usual effect."""
MOST_FLAGS: Final = 4
_WEEK, _WEEKS_ASIDE = 7, 4
_NEXT_TO_NOTHING = 1e-9


def calendar_effects(history: History, holidays: HolidayCalendar) -> CalendarEffects | None:
    """The effects that are more than chance, each beside those before it; None where none is, and
    of rows that are no days.
    """
    if history.frequency.name != "daily":
        return None
    rows = _usual_rows(history, holidays)
    if len(rows) < LEAST_ROWS:
        return None
    evidence = _evidence(history, rows)
    kept = evidence.covariates
    error, luck = evidence.error(kept), max(LEAST_GAIN, BEYOND_CHANCE / len(rows))
    found: list[str] = []
    for name, columns in evidence.groups.items():
        with_them = np.concatenate([kept, columns])
        less = evidence.error(with_them)
        if less < (1 - luck) * error:
            kept, error = with_them, less
            found.append(name)
    if not found:
        return None
    weights = evidence.weights(kept)
    effects = {name: tuple(weights[evidence.groups[name]].tolist()) for name in found}
    return CalendarEffects(month=effects.pop(TIME_OF_MONTH, ()), weekdays=effects)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evidence:
    """Products of columns with each other and with what was sold, by month of the year.

    ``squares`` is what was sold with itself, ``covariates`` and ``groups`` are places of columns.
    """

    grams: Array
    products: Array
    squares: float
    penalty: Array
    covariates: Places
    groups: Mapping[str, Places]

    def error(self, kept: Places) -> float:
        """The squared error of all months, each told from the others by these columns."""
        grams, products = self.grams[:, kept[:, None], kept], self.products[:, kept]
        total, wanted = grams.sum(axis=0) + np.diag(self.penalty[kept]), products.sum(axis=0)
        weights = np.linalg.solve(total - grams, (wanted - products)[:, :, None])
        told = float((weights.transpose(0, 2, 1) @ grams @ weights).sum())
        return self.squares + told - 2 * float((weights[:, :, 0] * products).sum())

    def weights(self, kept: Places) -> Array:
        """By column; those that are not kept have none."""
        weights = np.zeros(len(self.penalty))
        gram = self.grams.sum(axis=0)[np.ix_(kept, kept)] + np.diag(self.penalty[kept])
        weights[kept] = solved(gram, self.products.sum(axis=0)[kept])
        return weights


def _usual_rows(history: History, holidays: HolidayCalendar) -> Places:
    """Days that sold something, away from holidays; none of a product that sells rarely."""
    is_sold = history.scored & (history.filled > 0)
    if is_sold.sum() < LEAST_SHARE_SOLD * history.scored.sum():
        return np.empty(0, dtype=np.int64)
    until = holidays.days_until(history.ds, DAYS_BEFORE_HOLIDAY + 1)
    since = holidays.days_since(history.ds, DAYS_AFTER_HOLIDAY + 1)
    is_far = (until > DAYS_BEFORE_HOLIDAY) & (since > DAYS_AFTER_HOLIDAY)
    return np.flatnonzero(is_sold & is_far)


def _evidence(history: History, rows: Places) -> _Evidence:
    covariates = {
        name: history.columns[name] / deviation
        for name in history.known
        if (deviation := float(history.columns[name][rows].std())) > 0
    }
    groups = _groups(history, [name for name in covariates if _is_flag(history, name, rows)])
    target, table = _beside_surroundings(history, rows, [*covariates.values(), *groups.values()])
    months = history.ds.month.to_numpy()[rows]
    parts = [np.flatnonzero(months == month) for month in np.unique(months)]
    usual = LARGEST_WAVE / np.tile(np.arange(1, WAVES + 1), 2)
    expected = [
        np.ones(len(covariates)),
        *(usual if name == TIME_OF_MONTH else np.full(_WEEK, PECULIAR) for name in groups),
    ]
    ends = np.cumsum([len(covariates), *(block.shape[1] for block in groups.values())])
    return _Evidence(
        grams=np.stack([table[part].T @ table[part] for part in parts]),
        products=np.stack([table[part].T @ target[part] for part in parts]),
        squares=float(target @ target),
        penalty=float(target.var()) / np.concatenate(expected) ** 2 + _NEXT_TO_NOTHING,
        covariates=np.arange(len(covariates)),
        groups={
            name: np.arange(end - block.shape[1], end)
            for (name, block), end in zip(groups.items(), ends[1:].tolist(), strict=True)
        },
    )


def _is_flag(history: History, name: str, rows: Places) -> bool:
    """Whether a column is stated for all days ahead, and on or off."""
    is_stated = name not in history.assumed and name not in history.outlook.rhythms
    return is_stated and bool(np.isin(history.columns[name][rows], (0.0, 1.0)).all())


def _groups(history: History, flags: list[str]) -> dict[str, Array]:
    """The columns that have an effect together or not at all: of a flag by weekday, of the month.

    What the data itself has a column of that name for is left to that.
    """
    new = [name for name in flags if by_weekday(name) not in history.columns][:MOST_FLAGS]
    groups: dict[str, Array] = {}
    if new:
        days = history.ds.day_of_week.to_numpy()[:, None] == np.arange(_WEEK)
        groups = {name: history.columns[name][:, None] * days for name in new}
    if TIME_OF_MONTH not in history.columns:
        groups[TIME_OF_MONTH] = month_waves(history.ds)
    return groups


def _beside_surroundings(
    history: History, rows: Places, columns: list[Array]
) -> tuple[Array, Array]:
    """Logarithms of what was sold, and the columns, less the means of the rows around them."""
    counted = np.zeros(len(history))
    counted[rows] = 1.0
    logs = np.log(np.where(counted > 0, history.filled, 1.0))
    table = np.column_stack([logs, *columns])
    sums = around(np.column_stack([table * counted[:, None], counted]), _WEEK, _WEEKS_ASIDE)
    rest = table[rows] - sums[rows, :-1] / sums[rows, -1:]
    return rest[:, 0], rest[:, 1:]
