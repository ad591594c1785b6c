"""Whether a forecast in use errs more than its tests allow.

Two questions, each with a known chance of a false alarm if nothing has changed:

- Is the live WAPE above the upper prediction limit for one further window, given the WAPE of the
  past test windows? With the logarithms taken as normal this is Student's prediction limit (Hahn
  and Meeker, *Statistical Intervals*, 1991, section 4.8): mean + t(1 - 1 %; n - 1) · s · √(1/m +
  1/n), where m is the length of the live window in test windows, at most one. With four windows
  their spread can be small by chance, so s is not taken below the spread that a window of w
  independent normal errors has by itself, 0.756/√w (the coefficient of variation of |N(0, 1)|, over
  √w).
- Does the interval hold too few sales? If errors are exchangeable, the number that an interval
  calibrated on n errors holds of m new ones is beta-binomial (Vovk 2012; Angelopoulos and Bates
  2023, section 3.2). The alarm is at a probability of 0.1 %.

Only the standard library is used: housekeeping, which loads no machine learning, asks these.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

T_99 = (31.821, 6.965, 4.541, 3.747, 3.365, 3.143, 2.998)
"""The 99 % quantile of Student's t with 1, 2, … degrees of freedom."""

HALF_NORMAL_VARIATION = math.sqrt(math.pi / 2 - 1)
COVERAGE_ALPHA = 0.001
LEAST_POINTS, MOST_POINTS = 3, 14


@dataclass(frozen=True, slots=True)
class PastWindow:
    """The error of the chosen model in one window of its backtest."""

    rows: int
    wape: float | None


@dataclass(frozen=True, slots=True)
class Live:
    """How the forecast did on sales that came later."""

    points: int
    wape: float | None
    coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`wape_limit` is None where the tests are too few to tell; `enough` whether it is judged."""

    enough: bool
    points_needed: int
    wape_limit: float | None
    is_error_high: bool
    is_coverage_low: bool

    @property
    def is_drifting(self) -> bool:
        return self.is_error_high or self.is_coverage_low


def windows_of(backtest: Sequence[Mapping[str, Any]], algorithm: str) -> list[PastWindow]:
    """The windows of one algorithm in a stored backtest."""
    return [
        PastWindow(int(one["rows"]), one["metrics"].get("wape"))
        for one in backtest
        if one["algorithm"] == algorithm
    ]


def judge(live: Live, windows: Sequence[PastWindow], interval_width: float | None) -> Verdict:
    """Compare live figures with the tests before training.

    Nothing is decided on less than half a test window, or 14 points where that is longer: two weeks
    of wrong forecasts are enough to know, and the limit is the wider the fewer the points.
    """
    width = max((window.rows for window in windows), default=0)
    needed = min(max(LEAST_POINTS, math.ceil(width / 2)), MOST_POINTS)
    enough = bool(windows) and live.points >= needed
    limit = wape_limit(windows, max(live.points, needed))
    is_above = limit is not None and live.wape is not None and live.wape > limit
    chance = coverage_chance(live, sum(window.rows for window in windows), interval_width)
    return Verdict(
        enough=enough,
        points_needed=needed,
        wape_limit=limit,
        is_error_high=enough and is_above,
        is_coverage_low=enough and chance < COVERAGE_ALPHA,
    )


def wape_limit(windows: Sequence[PastWindow], points: int) -> float | None:
    """The WAPE that one further window of so many points stays below with 99 %, if nothing changes;
    None with fewer than three windows, which tell too little.
    """
    known = [math.log(one.wape) for one in windows if one.wape is not None and one.wape > 0]
    if not 3 <= len(known) <= len(T_99) + 1:
        return None
    width = max(window.rows for window in windows)
    spread = max(stdev(known), HALF_NORMAL_VARIATION / math.sqrt(width))
    share = min(1.0, points / width)
    reach = T_99[len(known) - 2] * spread * math.sqrt(1 / share + 1 / len(known))
    return math.exp(fmean(known) + reach)


def coverage_chance(live: Live, calibration_points: int, interval_width: float | None) -> float:
    """How likely an interval that is right holds so few of the new points, or fewer."""
    if live.coverage is None or interval_width is None or calibration_points < 1:
        return 1.0
    inside = round(live.coverage * live.points)
    rank = min(math.ceil((calibration_points + 1) * interval_width), calibration_points)
    a, b = rank, calibration_points + 1 - rank
    return min(1.0, sum(_beta_binomial(count, live.points, a, b) for count in range(inside + 1)))


def _beta_binomial(count: int, points: int, a: float, b: float) -> float:
    choices = math.lgamma(points + 1) - math.lgamma(count + 1) - math.lgamma(points - count + 1)
    return math.exp(choices + _log_beta(count + a, points - count + b) - _log_beta(a, b))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
