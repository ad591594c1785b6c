"""The fits of one product, each of which may go on from where the one before had come to.

The windows of a backtest, the holdout and the final fit see ever more rows of the same history.
The settings of a method that can go on are chosen once, or anew where that is worth the time.
"""

from dataclasses import dataclass, field
from typing import Final

from pipeline.forecast.calendar.frequency import Unit
from pipeline.forecast.candidates.candidate import FitContext, PointForecaster, fit_candidate
from pipeline.forecast.candidates.known import CANDIDATES
from pipeline.forecast.history.prepared import History
from pipeline.forecast.spec import BALANCED, BEST, FAST

MOST_GROWTH: Final = 1.7
"""Settings that were chosen on some rows are kept until there are so many times as many: to the end
for two years of days, while those of a young product are chosen anew."""
CHOSEN_ANEW: Final[dict[str, frozenset[Unit]]] = {
    FAST: frozenset(),
    BALANCED: frozenset({Unit.MONTH}),
    BEST: frozenset({Unit.HOUR, Unit.WEEK, Unit.MONTH}),
}
"""Of which rows the settings are never kept. A year more tells much of some years of months; four
weeks more of days tell nothing new."""


@dataclass(frozen=True, slots=True)
class _Fitted:
    """The newest model of a candidate, how many rows it knows, and on how many its settings were
    chosen."""

    model: PointForecaster
    rows: int
    chosen_on: int


@dataclass(frozen=True, slots=True)
class Fits:
    """What has been fitted to a history so far, by candidate."""

    _newest: dict[str, _Fitted] = field(default_factory=dict)

    def fit(self, name: str, history: History, context: FitContext) -> PointForecaster:
        """The candidate fitted to a history, or to its first rows.

        Raises
        ------
        FitFailureError
            If it cannot be fitted.
        """
        rows, before = len(history), self._newest.get(name)
        is_kept = history.frequency.unit not in CHOSEN_ANEW[context.spec.budget]
        if is_kept and before is not None and before.rows < rows <= MOST_GROWTH * before.chosen_on:
            model = fit_candidate(CANDIDATES[name], history, context, before.model)
            self._newest[name] = _Fitted(model, rows, before.chosen_on)
        else:
            model = fit_candidate(CANDIDATES[name], history, context)
            self._newest[name] = _Fitted(model, rows, rows)
        return model
