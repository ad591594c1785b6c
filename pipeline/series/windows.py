"""Which newest parts of a series are forecast from what came before, to choose and to judge."""

from dataclasses import dataclass

SELECTION_WINDOWS = 3
TEST_WINDOWS = 3
_FEWEST_ROWS = 8
_LEAST_PAST = 4


@dataclass(frozen=True, slots=True)
class Window:
    """Periods ``origin`` to ``stop`` are scored; intervals learn from those up to ``reach``."""

    origin: int
    stop: int
    reach: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Windows that decide the choice and, after them, windows that judge it."""

    selection: tuple[Window, ...]
    test: tuple[Window, ...]

    def after(self, rows: int) -> "Plan":
        """Without windows that decide before so many rows are known, if others are left."""
        kept = tuple(window for window in self.selection if window.origin >= rows)
        return Plan(kept, self.test) if kept else self

    def shorter(self) -> "Plan":
        """With the newest window of each kind alone."""
        return Plan(self.selection[-1:], self.test[-1:])


def plan_windows(rows: int, horizon: int, test_size: float, season: int) -> Plan:
    """Up to three windows in the newest ``test_size`` of the rows, and up to three before.

    A window is as long as the horizon where the series is long enough for that. Series of fewer
    than 8 periods have none.
    """
    if rows < _FEWEST_ROWS:
        return Plan((), ())
    test_rows = max(1, int(rows * test_size))
    width = max(1, min(horizon, test_rows, rows // 4))
    count = min(TEST_WINDOWS, test_rows // width)
    first = rows - count * width
    least = max(_LEAST_PAST, min(2 * season, first // 2))
    test = tuple(_window(first + place * width, width, horizon, rows) for place in range(count))
    origins = [first - place * width for place in range(SELECTION_WINDOWS, 0, -1)]
    selection = tuple(
        _window(origin, width, horizon, first) for origin in origins if origin >= least
    )
    if first < least:
        return Plan(selection, ())
    return Plan(selection, test)


def _window(origin: int, width: int, horizon: int, rows: int) -> Window:
    return Window(origin, min(origin + width, rows), min(rows, origin + max(width, horizon)))
