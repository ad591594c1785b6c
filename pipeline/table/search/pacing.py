"""How the time of a search is shared out among fits, and what is kept for what comes after it."""

from collections.abc import Iterable

from pipeline.table.search.candidate import Candidate
from pipeline.table.search.clock import USUAL_GROWTH, Clock, Costs, scaled

_SAFETY = 1.2
_MOST_FOR_REFIT = 0.4
_LEAST_SECONDS = 0.05
_LEAST_SHARE = 0.03
_LEAST_PART = 0.6
_LEAST_FAIR = 0.01
_GROWTH_OF_ROUNDS = 1.0
"""Rounds on all rows wait for no loss to stop falling, and much of each is the same on any rows."""
MEMBERS_EXPECTED = 3


class Pacing:
    """Time for candidates, given that ``ending`` seconds are needed after the search, plus what
    it takes to fit the best candidates again on ``all_rows``. The end could do without ``spare``
    seconds, should these fits take longer.
    """

    def __init__(self, clock: Clock, ending: float, spare: float, all_rows: int) -> None:
        self.clock = clock
        self.costs = Costs()
        self._ending = ending
        self._spare = spare
        self._all_rows = all_rows
        self._refit = 0.0
        self._search = max(_LEAST_SECONDS, clock.remaining() - ending)

    def left(self) -> float:
        """Seconds that the search may still take."""
        return self.clock.remaining() - self._ending - self._refit

    def left_for_refit(self) -> float:
        """Seconds that fitting again on all rows may take now."""
        return max(0.0, self.clock.remaining() - self._ending + self._spare) / _SAFETY

    def share(self) -> float:
        """How much of the time of the search is over, from 0 to 1."""
        return min(1.0, max(0.0, 1 - self.left() / self._search))

    def limit(self, folds: float, share: float) -> float:
        """Seconds for each of ``folds`` fits of one candidate, done one after the other, which may
        take that ``share`` of the search."""
        of_all = min(self.left(), share * self._search)
        return max(_LEAST_SECONDS, of_all / max(1.0, folds))

    def fair_share(self, waiting: int, to_leave: float) -> float:
        """The share of what is left for each of so many candidates, so that ``to_leave`` seconds
        are left after the last of them."""
        left = self.left()
        if left <= to_leave:
            return _LEAST_FAIR
        return max(_LEAST_FAIR, (left - to_leave) / left / max(1, waiting))

    def part_of_left(self, folds: float, share: float) -> float:
        """As ``limit``, for a share of what is left of the search."""
        return max(_LEAST_SECONDS, share * self.left() / max(1.0, folds))

    def can_afford(self, family: str, rows: int, folds: float) -> bool:
        """Whether that many fits of ``family`` are likely to come far in the time; what is unknown
        may try while there is a little."""
        known = self.costs.estimate(family, rows)
        if known is None:
            return self.left() > _LEAST_SHARE * self._search
        return self.left() > _LEAST_PART * folds * known

    def seconds_of(self, candidate: Candidate, rows: int) -> float:
        """What it takes to fit ``candidate`` on ``rows``."""
        largest = candidate.largest
        return scaled(largest.seconds, largest.rows, rows)

    def refit_seconds(self, candidate: Candidate) -> float:
        """What it takes to fit ``candidate`` on all rows, without any predictions."""
        largest = candidate.largest
        learning = largest.seconds if largest.learning_seconds is None else largest.learning_seconds
        growth = _GROWTH_OF_ROUNDS if largest.rounds else USUAL_GROWTH
        return scaled(learning, largest.rows, self._all_rows, growth)

    def keep_for_refit(self, best: Iterable[Candidate]) -> None:
        """Keep time to fit ``best`` again."""
        needed = _SAFETY * sum(self.refit_seconds(candidate) for candidate in best)
        self._refit = min(_MOST_FOR_REFIT * self._search, needed)
