"""Which stretches of the past are forecast from what came before them.

Each imitates a use of the forecast: it begins where the knowledge ends, at the hour at which the
forecast will begin, and is as long as the horizon, where the history is long enough for that. The
newest window is the holdout. The oldest is the season to come, a year before: weeks of autumn do
not tell who will forecast December best, nor how far off.
"""

from dataclasses import dataclass

from pipeline.forecast.calendar.frequency import Unit
from pipeline.forecast.history.prepared import History
from pipeline.forecast.spec import BALANCED, BEST, FAST

SELECTION_WINDOWS = {FAST: 2, BALANCED: 3, BEST: 5}
NEWEST_SHARE = 2
"""More windows than `balanced` looks at begin in the newest half of the history: who is best after
one year of weeks is not who is best after two. Of days, of which three windows have rows enough,
there are no more: who was best two seasons ago is not who is best now."""
MIN_TRAINING_ROWS = 14
LONGEST_SHARE = 8
"""A window is at most an eighth of the history: most of it is left to learn from."""
LEARNED_SHARE = 3
"""Windows overlap rather than begin in the first third of the history."""
YEAR_DAYS = 366
SAME_SEASON_DAYS = 52 * 7
"""The same weekdays a year before."""
YEARS_BEFORE_SEASON = 1.5
"""With less before it, that season would be forecast from too little of what is known today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Rows ``origin`` to ``stop`` are scored; the intervals learn from rows up to ``reach``."""

    number: int
    origin: int
    stop: int
    reach: int
    is_holdout: bool


def plan_windows(
    history: History, horizon_rows: int, budget: str = BALANCED, *, with_season: bool = True
) -> tuple[Window, ...]:
    """The windows for the choice, oldest first, and after them the holdout.

    They are adjacent, or overlap by up to a half where the history is short; none of the choice
    reaches into the holdout. Of days, after two years and a half, the oldest gives way to the
    season to come, a year before, but without ``with_season``.
    """
    rows, width = len(history), _width(history, horizon_rows)
    least = max(4, min(MIN_TRAINING_ROWS, rows // 2))
    holdout, number = rows - width, _number(history, width, budget)
    stride = _stride(history, width, number)
    earlier = [holdout - width - stride * place for place in range(number)]
    origins = [*(origin for origin in reversed(earlier) if origin >= least), holdout]
    season = _season_to_come(history) if with_season and len(origins) > 2 else None
    if season is not None and season <= origins[1] - width // 2:
        origins[0] = season
    return tuple(
        Window(
            number=number,
            origin=origin,
            stop=origin + width,
            reach=min(rows, origin + max(width, horizon_rows)),
            is_holdout=origin == holdout,
        )
        for number, origin in enumerate(origins)
    )


def _number(history: History, width: int, budget: str) -> int:
    """How many windows the choice looks at."""
    rows, usual = len(history), SELECTION_WINDOWS[BALANCED]
    in_newest_half = (rows - rows // NEWEST_SHARE) // width - 1
    most = usual if history.frequency.unit is Unit.DAY else max(in_newest_half, usual)
    return min(SELECTION_WINDOWS[budget], most)


def _season_to_come(history: History) -> int | None:
    """The row with which it began a year ago, if enough is known of what was before it.

    Windows of weeks and months reach back for most of a year as they are.
    """
    year = history.frequency.horizon_rows(SAME_SEASON_DAYS)
    origin = len(history) - year
    is_known = origin >= YEARS_BEFORE_SEASON * year and history.frequency.is_daily_or_finer
    return origin if is_known else None


def _width(history: History, horizon_rows: int) -> int:
    """The horizon, but not so short that a window tells little, nor too long for the history."""
    rows, usual = len(history), history.frequency.window(len(history))
    longest = max(usual, min(rows // LONGEST_SHARE, (rows - _year(history, usual)) // 3))
    return _whole_days(history, min(longest, max(horizon_rows, -(-usual // 2))))


def _stride(history: History, width: int, windows: int) -> int:
    """How far apart the origins are: a window, or less where the past would get short."""
    rows = len(history)
    first = max(MIN_TRAINING_ROWS, rows // LEARNED_SHARE, _year(history, width))
    available = (rows - 2 * width - first) // max(windows - 1, 1)
    return _whole_days(history, min(width, max(available, -(-width // 2))))


def _whole_days(history: History, rows: int) -> int:
    """Without the hours of a begun day: the forecasts that count begin at one hour of the day."""
    day = history.frequency.horizon_rows(1)
    return max(rows // day * day, min(rows, day))


def _year(history: History, width: int) -> int:
    """Rows of a year, before which no window should begin; 0 where the history is too short."""
    year = history.frequency.horizon_rows(YEAR_DAYS)
    return year if len(history) >= year + 3 * width else 0
